import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { isRecord, recordsAt, stringAt, stringsAt } from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { flawToDraft } from '../advisory.ts';

/** `{dependencies: [dependency`; before 2.5 the list stood alone. */
const DEPENDENCY_DEPTH = 2;

/** `--format json`. A dependency that could not be audited has a reason instead of a version. */
export function parsePipAuditJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'pip-audit', recordDepth: DEPENDENCY_DEPTH });
  if (report === undefined) return;
  const { collector, value, root } = report;
  const dependencies = Array.isArray(value) ? value.filter(isRecord) : recordsAt(root, 'dependencies');
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
  report.close({ parsed: { dependencies: dependencies.length }, ...judge(skipped) });
}

function judge(skipped: number) {
  if (skipped === 0) return { completeness: 'complete' } as const;
  return { completeness: 'partial', note: `packages that were not audited: ${skipped}` } as const;
}
