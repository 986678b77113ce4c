import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { recordAt, recordsAt, stringAt } from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { TOOL_FAULT } from '../../../engine/tool-fault.ts';
import { readIssue } from './issue.ts';

/** `{Issues: [issue`: two brackets are open around an issue. */
const ISSUE_DEPTH = 2;

/** `--output.json.path`: `{Issues: [...], Report: {Linters, Error}}`. */
export function parseGolangciJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'golangci-lint', recordDepth: ISSUE_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  for (const issue of recordsAt(root, 'Issues')) collector.add(readIssue(issue));
  const error = stringAt(recordAt(root, 'Report'), 'Error');
  if (error !== undefined) {
    collector.add({ ...TOOL_FAULT, text: error });
    return report.close({ completeness: 'failed', note: error });
  }
  report.close({ completeness: 'complete' });
}
