import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  asRecord,
  type JsonRecord,
  listAt,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { readJson } from '../../../engine/read-json.ts';
import { type BanditIssue, issueToDraft, judgeSkipped, skippedToDraft } from './issue.ts';

/** `{results: [issue`. */
const ISSUE_DEPTH = 2;

/** `-f json`. The totals in it count what `-l` left out too, so only the closing bracket says that it is complete. */
export function parseBanditJson(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('bandit');
  const json = readJson(file.bytes, ISSUE_DEPTH);
  if (json.state === 'unreadable') {
    return reader.close(collector, { completeness: 'failed', note: json.note });
  }
  const report = asRecord(json.value);
  const errors = recordsAt(report, 'errors');
  for (const result of recordsAt(report, 'results')) collector.add(issueToDraft(readIssue(result)));
  for (const error of errors) {
    collector.add(
      skippedToDraft(stringAt(error, 'filename') ?? '', stringAt(error, 'reason') ?? 'no reason stated'),
    );
  }
  const verdict = json.state === 'cut' ? ({ completeness: 'partial', note: json.note } as const) : undefined;
  reader.close(collector, verdict ?? judgeSkipped(errors.length));
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
