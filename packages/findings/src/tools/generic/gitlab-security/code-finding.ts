import type { FindingDraft } from '../../../core/finding-collector.ts';
import { severityFromWord } from '../../../core/severity.ts';
import {
  field,
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { readIdentifiers } from './identifiers.ts';

/** A flaw of the project's own code, or a secret in it. `raw_source_code_extract` of a secret is the secret: never read. */
export function readCodeFinding(vulnerability: JsonRecord, category: string | undefined): FindingDraft {
  const isSecret = category === 'secret_detection';
  const location = recordAt(vulnerability, 'location');
  const severity = stringAt(vulnerability, 'severity') ?? '';
  const { rule, cwe } = readIdentifiers(vulnerability);
  const description = stringAt(vulnerability, 'description');
  const name = stringAt(vulnerability, 'name');
  return {
    kind: isSecret ? 'secret' : 'sast',
    severity: isSecret ? 'critical' : severityFromWord(severity),
    level: 'error',
    text: stringAt(vulnerability, 'message') ?? name ?? description ?? rule.id ?? '(no message)',
    detail: description,
    place: {
      path: stringAt(location, 'file'),
      region: { line: numberAt(location, 'start_line'), endLine: numberAt(location, 'end_line') },
    },
    rule: { ...rule, name },
    cwe,
    rawSeverity: severity,
    help: stringAt(vulnerability, 'solution'),
    suppressed: isFlaggedFalse(vulnerability)
      ? { by: 'config', reason: 'flagged as likely false positive' }
      : undefined,
    extra: { class: stringAt(location, 'class'), method: stringAt(location, 'method'), category },
  };
}

function isFlaggedFalse(vulnerability: JsonRecord): boolean {
  return recordsAt(vulnerability, 'flags').some(
    (flag) => field(flag, 'type') === 'flagged-as-likely-false-positive',
  );
}
