import type { FindingDraft } from '../../../core/finding-collector.ts';
import { severityFromWord } from '../../../core/severity.ts';
import { field, type JsonRecord, numberAt, recordAt, stringAt } from '../../../engine/json-fields.ts';

/** With `--include-non-failures` the list holds the checks that passed as well. */
export function isFailed(check: JsonRecord): boolean {
  const status = field(check, 'Status');
  return status === undefined || status === 'FAIL' || status === 'FAILURE';
}

export function readMisconfiguration(check: JsonRecord, result: JsonRecord): FindingDraft {
  const severity = stringAt(check, 'Severity') ?? '';
  const cause = recordAt(check, 'CauseMetadata');
  return {
    kind: 'sast',
    severity: severityFromWord(severity),
    level: 'error',
    text: stringAt(check, 'Message') ?? stringAt(check, 'Title') ?? '(no message)',
    detail: stringAt(check, 'Description'),
    place: {
      path: stringAt(result, 'Target'),
      region: { line: numberAt(cause, 'StartLine'), endLine: numberAt(cause, 'EndLine') },
    },
    rule: {
      id: stringAt(check, 'ID') ?? stringAt(check, 'AVDID'),
      name: stringAt(check, 'Title'),
      url: stringAt(check, 'PrimaryURL'),
    },
    rawSeverity: severity,
    help: stringAt(check, 'Resolution'),
    extra: { resource: stringAt(cause, 'Resource'), type: stringAt(check, 'Type') },
  };
}
