import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  type JsonRecord,
  listAt,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { type BanditIssue, issueToDraft, judgeSkipped, skippedToDraft } from './issue.ts';

/** `{results: [issue`. */
const ISSUE_DEPTH = 2;

/** `-f json`. The totals in it count what `-l` left out too, so only the closing bracket says that it is complete. */
export function parseBanditJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'bandit', recordDepth: ISSUE_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const errors = recordsAt(root, 'errors');
  for (const result of recordsAt(root, 'results')) collector.add(issueToDraft(readIssue(result)));
  for (const error of errors) {
    collector.add(
      skippedToDraft(stringAt(error, 'filename') ?? '', stringAt(error, 'reason') ?? 'no reason stated'),
    );
  }
  report.close(judgeSkipped(errors.length));
}

/** Bandit counts columns from 0. */
function readIssue(result: JsonRecord): BanditIssue {
  const cwe = recordAt(result, 'issue_cwe');
  const col = numberAt(result, 'col_offset');
  const endCol = numberAt(result, 'end_col_offset');
  const lastLine = listAt(result, 'line_range').at(-1);
  return {
    rule: stringAt(result, 'test_id') ?? '',
    name: stringAt(result, 'test_name'),
    message: stringAt(result, 'issue_text') ?? '',
    severity: stringAt(result, 'issue_severity') ?? '',
    confidence: stringAt(result, 'issue_confidence'),
    cwe: numberAt(cwe, 'id'),
    url: stringAt(result, 'more_info'),
    path: stringAt(result, 'filename') ?? '',
    region: {
      line: numberAt(result, 'line_number'),
      col: col === undefined ? undefined : col + 1,
      endLine: typeof lastLine === 'number' ? lastLine : undefined,
      endCol: endCol === undefined ? undefined : endCol + 1,
    },
    code: stringAt(result, 'code'),
  };
}
