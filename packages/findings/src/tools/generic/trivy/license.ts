import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import { severityFromWord } from '../../../core/severity.ts';
import { type JsonRecord, stringAt } from '../../../engine/json-fields.ts';
import { ecosystemOf } from '../ecosystem.ts';

export function readLicense(
  license: JsonRecord,
  result: JsonRecord,
  { resolve }: FindingCollector,
): FindingDraft {
  const name = stringAt(license, 'Name') ?? '(no name)';
  const category = stringAt(license, 'Category');
  const severity = stringAt(license, 'Severity') ?? '';
  const packageName = stringAt(license, 'PkgName');
  const path = stringAt(license, 'FilePath') ?? stringAt(result, 'Target');
  const owner = packageName ?? path ?? 'a file';
  return {
    kind: 'license',
    severity: severityFromWord(severity),
    level: 'warning',
    text: `${owner}: ${name}${category === undefined ? '' : ` (${category})`}`,
    place: path !== undefined && resolve(path).known ? { path } : undefined,
    rule: { id: name, name: category, url: stringAt(license, 'Link') },
    rawSeverity: severity,
    package:
      packageName === undefined
        ? undefined
        : { ecosystem: ecosystemOf(undefined, stringAt(result, 'Type')), name: packageName },
  };
}
