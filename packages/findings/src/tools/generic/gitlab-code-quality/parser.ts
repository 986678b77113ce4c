import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { CODE_QUALITY_SEVERITY } from '../../../core/severity.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  field,
  isRecord,
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';

/** `[problem`: one bracket is open around a problem. */
const PROBLEM_DEPTH = 1;

/** `[{check_name, description, severity, fingerprint, location}]`, the code climate format with a few fields left. */
export function parseCodeQuality(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'gitlab-code-quality', recordDepth: PROBLEM_DEPTH });
  if (report === undefined) return;
  const { collector, value } = report;
  const problems = Array.isArray(value) ? value.filter(isRecord) : [];
  for (const problem of problems) collector.add(readProblem(problem));
  report.close({ completeness: 'complete', parsed: { problems: problems.length } });
}

function readProblem(problem: JsonRecord): FindingDraft {
  const rule = stringAt(problem, 'check_name');
  const word = stringAt(problem, 'severity') ?? '';
  const stated = CODE_QUALITY_SEVERITY.get(word.toLowerCase());
  const { severity, level } = stated ?? { severity: 'unknown' as const, level: 'warning' as const };
  const location = recordAt(problem, 'location');
  const fingerprint = stringAt(problem, 'fingerprint');
  return {
    kind: stringsAt(problem, 'categories').includes('Security') ? 'sast' : 'lint',
    severity,
    level,
    text: withoutRule(stringAt(problem, 'description') ?? '(no message)', rule),
    detail: stringAt(recordAt(problem, 'content'), 'body'),
    place: { path: stringAt(location, 'path'), region: readRegion(location) },
    related: recordsAt(problem, 'other_locations').map((other) => ({
      path: stringAt(other, 'path'),
      region: readRegion(other),
    })),
    rule: { id: rule },
    rawSeverity: word,
    ...(fingerprint === undefined ? {} : { nativeFingerprints: new Map([['gitlab', fingerprint]]) }),
  };
}

/** ruff and others write the rule before the message as well; their other formats do not. */
function withoutRule(description: string, rule: string | undefined): string {
  const lead = `${rule}: `;
  return rule !== undefined && description.startsWith(lead) ? description.slice(lead.length) : description;
}

/** `lines: {begin, end}`, or `positions: {begin: {line, column}, end}`; some writers put an object into `lines.begin`. */
function readRegion(location: JsonRecord): StatedRegion {
  const owner = isRecord(field(location, 'positions'))
    ? recordAt(location, 'positions')
    : recordAt(location, 'lines');
  return {
    line: numberAt(owner, 'begin') ?? numberAt(recordAt(owner, 'begin'), 'line'),
    col: numberAt(recordAt(owner, 'begin'), 'column'),
    endLine: numberAt(owner, 'end') ?? numberAt(recordAt(owner, 'end'), 'line'),
    endCol: numberAt(recordAt(owner, 'end'), 'column'),
  };
}
