import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { asRecord, recordAt, recordsAt, stringAt } from '../../../engine/json-fields.ts';
import { readJson } from '../../../engine/read-json.ts';
import { readIssue } from './issue.ts';

/** `{Issues: [issue`: two brackets are open around an issue. */
const ISSUE_DEPTH = 2;

/** `--output.json.path`: `{Issues: [...], Report: {Linters, Error}}`. */
export function parseGolangciJson(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('golangci-lint');
  const json = readJson(file.bytes, ISSUE_DEPTH);
  if (json.state === 'unreadable')
    return reader.close(collector, { completeness: 'failed', note: json.note });
  const root = asRecord(json.value);
  for (const issue of recordsAt(root, 'Issues')) collector.add(readIssue(issue));
  const error = stringAt(recordAt(root, 'Report'), 'Error');
  if (error !== undefined) {
    collector.add({ kind: 'tool_error', severity: 'high', level: 'error', text: error });
    return reader.close(collector, { completeness: 'failed', note: error });
  }
  if (json.state === 'cut') return reader.close(collector, { completeness: 'partial', note: json.note });
  reader.close(collector, { completeness: 'complete' });
}
