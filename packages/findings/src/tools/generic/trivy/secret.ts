import type { FindingDraft } from '../../../core/finding-collector.ts';
import { type JsonRecord, numberAt, stringAt } from '../../../engine/json-fields.ts';

/** `Match` and `Code` show the line with the secret; Trivy masks it, but nobody here relies on that. */
export function readSecret(secret: JsonRecord, result: JsonRecord): FindingDraft {
  return {
    kind: 'secret',
    severity: 'critical',
    level: 'error',
    text: stringAt(secret, 'Title') ?? stringAt(secret, 'RuleID') ?? 'a secret',
    place: {
      path: stringAt(result, 'Target'),
      region: { line: numberAt(secret, 'StartLine'), endLine: numberAt(secret, 'EndLine') },
    },
    rule: { id: stringAt(secret, 'RuleID'), name: stringAt(secret, 'Category') },
    rawSeverity: stringAt(secret, 'Severity'),
    help: 'Take the secret out of the file and out of the history, and make a new one.',
  };
}
