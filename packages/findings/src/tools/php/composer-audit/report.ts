import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  asRecord,
  field,
  isRecord,
  type JsonRecord,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { abandonedToDraft, advisoryToDraft, type ComposerAdvisory, idsInUrl } from './advisory.ts';

/** `{advisories: {package: [advisory`: three brackets are open around an advisory. */
const ADVISORY_DEPTH = 3;

/** `advisories` is an empty list when there are none; PHP writes a list with gaps as an object. */
export function parseComposerAuditJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'composer-audit', recordDepth: ADVISORY_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  let advisories = 0;
  for (const [name, stated] of Object.entries(recordAt(root, 'advisories'))) {
    const list = Array.isArray(stated) ? stated : Object.values(asRecord(stated));
    for (const advisory of list.filter(isRecord)) {
      advisories += 1;
      collector.add(advisoryToDraft(readAdvisory(name, advisory), collector));
    }
  }
  for (const [name, replacement] of Object.entries(recordAt(root, 'abandoned'))) {
    const stated = typeof replacement === 'string' ? replacement : undefined;
    collector.add(abandonedToDraft({ name, replacement: stated }, collector));
  }
  const isTold = field(root, 'advisories') !== undefined;
  report.close({
    completeness: isTold ? 'complete' : 'partial',
    note: isTold ? undefined : 'the document holds no advisories',
    parsed: { advisories },
  });
}

function readAdvisory(name: string, advisory: JsonRecord): ComposerAdvisory {
  const url = stringAt(advisory, 'link');
  const remote = recordsAt(advisory, 'sources').map((source) => stringAt(source, 'remoteId') ?? '');
  const own = stringAt(advisory, 'advisoryId');
  return {
    name: stringAt(advisory, 'packageName') ?? name,
    title: stringAt(advisory, 'title') ?? `vulnerability in ${name}`,
    ids: [
      stringAt(advisory, 'cve') ?? '',
      ...remote.filter((id) => id.startsWith('GHSA-')),
      ...idsInUrl(url),
      own ?? '',
    ].filter((id) => id !== ''),
    url,
    range: stringAt(advisory, 'affectedVersions'),
    severity: stringAt(advisory, 'severity'),
  };
}
