import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { flawToDraft } from '../advisory.ts';

/** `{vulnerabilities: [vulnerability`. */
const FLAW_DEPTH = 2;

/** `--output-format json`, a preview: its totals stand before the lists. */
export function parseUvAuditJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'uv-audit', recordDepth: FLAW_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const flaws = recordsAt(root, 'vulnerabilities');
  const statuses = recordsAt(root, 'adverse_statuses');
  for (const flaw of flaws) collector.add(readFlaw(flaw));
  for (const status of statuses) collector.add(readStatus(status));
  const summary = recordAt(root, 'summary');
  report.close({
    completeness: 'complete',
    claimed: {
      vulnerabilities: numberAt(summary, 'vulnerabilities') ?? 0,
      statuses: numberAt(summary, 'adverse_statuses') ?? 0,
    },
    parsed: { vulnerabilities: flaws.length, statuses: statuses.length },
  });
}

function readFlaw(flaw: JsonRecord): FindingDraft {
  const dependency = recordAt(flaw, 'dependency');
  return flawToDraft({
    name: stringAt(dependency, 'name') ?? '',
    version: stringAt(dependency, 'version') ?? '',
    id: stringAt(flaw, 'id') ?? '(no id)',
    aliases: stringsAt(flaw, 'aliases'),
    fixed: stringsAt(flaw, 'fix_versions'),
    summary: stringAt(flaw, 'summary'),
    description: stringAt(flaw, 'description'),
    url: stringAt(flaw, 'link'),
  });
}

/** PEP 792: a project that is archived, deprecated or quarantined. */
function readStatus(record: JsonRecord): FindingDraft {
  const name = stringAt(record, 'name') ?? '';
  const status = stringAt(record, 'status') ?? 'adverse';
  const isQuarantined = status === 'quarantined';
  return {
    kind: isQuarantined ? 'malware' : 'policy',
    severity: isQuarantined ? 'critical' : 'low',
    level: isQuarantined ? 'error' : 'warning',
    text: `${name} is ${status}`,
    detail: stringAt(record, 'reason'),
    rule: { id: `project-${status}` },
    package: { ecosystem: 'PyPI', name },
    advisory: { ids: [] },
  };
}
