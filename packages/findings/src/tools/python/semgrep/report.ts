import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  field,
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { matchToDraft, type SemgrepMatch } from './match.ts';

/** `{results: [result`. */
const RESULT_DEPTH = 2;
/** What semgrep writes where only its customers may read on. */
const WITHHELD = 'requires login';

/** `--json`. Faults of rules and files stand beside the results; the scan goes on without them. */
export function parseSemgrepJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'semgrep', recordDepth: RESULT_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const errors = recordsAt(root, 'errors');
  for (const result of recordsAt(root, 'results')) collector.add(matchToDraft(readResult(result)));
  for (const error of errors) collector.add(readError(error));
  report.close({ version: stringAt(root, 'version'), ...judge(errors) });
}

function judge(errors: readonly JsonRecord[]) {
  if (errors.length === 0) return { completeness: 'complete' } as const;
  return { completeness: 'partial', note: `faults of the scan: ${errors.length}` } as const;
}

function readResult(result: JsonRecord): SemgrepMatch {
  const extra = recordAt(result, 'extra');
  const metadata = recordAt(extra, 'metadata');
  const start = recordAt(result, 'start');
  const end = recordAt(result, 'end');
  return {
    rule: stringAt(result, 'check_id') ?? '',
    message: stringAt(extra, 'message') ?? '',
    severity: stringAt(extra, 'severity') ?? '',
    path: stringAt(result, 'path') ?? '',
    region: {
      line: numberAt(start, 'line'),
      col: numberAt(start, 'col'),
      endLine: numberAt(end, 'line'),
      endCol: numberAt(end, 'col'),
    },
    category: stringAt(metadata, 'category'),
    cwe: cweOf(metadata),
    url: stringAt(metadata, 'shortlink') ?? stringAt(metadata, 'source'),
    fix: stringAt(extra, 'fix'),
    code: unlessWithheld(stringAt(extra, 'lines')),
    fingerprint: unlessWithheld(stringAt(extra, 'fingerprint')),
    isIgnored: field(extra, 'is_ignored') === true,
    confidence: stringAt(metadata, 'confidence'),
  };
}

function unlessWithheld(text: string | undefined): string | undefined {
  return text === WITHHELD ? undefined : text;
}

/** One text or a list of `CWE-95: …`. */
function cweOf(metadata: JsonRecord): string[] {
  const single = stringAt(metadata, 'cwe');
  const stated = single === undefined ? stringsAt(metadata, 'cwe') : [single];
  const ids = stated.map((text) => /^CWE-\d{1,7}/.exec(text)?.[0]).filter((id) => id !== undefined);
  return [...new Set(ids)];
}

/** A rule that cannot be used, or a file that cannot be read. */
function readError(error: JsonRecord): FindingDraft {
  const [span] = recordsAt(error, 'spans');
  const path = stringAt(error, 'path') ?? (span && stringAt(span, 'file'));
  const isError = stringAt(error, 'level') === 'error';
  return {
    kind: 'tool_error',
    severity: isError ? 'high' : 'medium',
    level: isError ? 'error' : 'warning',
    rawSeverity: stringAt(error, 'level'),
    text: stringAt(error, 'message') ?? stringAt(error, 'long_msg') ?? 'no message',
    place:
      path === undefined
        ? undefined
        : { path, region: { line: numberAt(recordAt(span ?? {}, 'start'), 'line') } },
    rule: { id: 'scan-fault' },
  };
}
