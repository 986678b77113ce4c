import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { asRecord, isRecord, recordsAt, stringAt, stringsAt } from '../../../engine/json-fields.ts';
import { readJson } from '../../../engine/read-json.ts';
import { flawToDraft } from '../advisory.ts';

/** `{dependencies: [dependency`; before 2.5 the list stood alone. */
const DEPENDENCY_DEPTH = 2;

/** `--format json`. A dependency that could not be audited has a reason instead of a version. */
export function parsePipAuditJson(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('pip-audit');
  const json = readJson(file.bytes, DEPENDENCY_DEPTH);
  if (json.state === 'unreadable') {
    return reader.close(collector, { completeness: 'failed', note: json.note });
  }
  const { value } = json;
  const dependencies = Array.isArray(value)
    ? value.filter(isRecord)
    : recordsAt(asRecord(value), 'dependencies');
  for (const dependency of dependencies) {
    const name = stringAt(dependency, 'name') ?? '';
    const version = stringAt(dependency, 'version') ?? '';
    for (const flaw of recordsAt(dependency, 'vulns')) {
      const description = stringAt(flaw, 'description');
      collector.add(
        flawToDraft({
          name,
          version,
          id: stringAt(flaw, 'id') ?? '(no id)',
          aliases: stringsAt(flaw, 'aliases'),
          fixed: stringsAt(flaw, 'fix_versions'),
          summary: description,
        }),
      );
    }
  }
  const skipped = dependencies.filter(
    (dependency) => stringAt(dependency, 'skip_reason') !== undefined,
  ).length;
  reader.close(collector, { parsed: { dependencies: dependencies.length }, ...judge(json, skipped) });
}

function judge(json: { state: 'whole' } | { state: 'cut'; note: string }, skipped: number) {
  if (json.state === 'cut') return { completeness: 'partial', note: json.note } as const;
  if (skipped === 0) return { completeness: 'complete' } as const;
  return { completeness: 'partial', note: `packages that were not audited: ${skipped}` } as const;
}
