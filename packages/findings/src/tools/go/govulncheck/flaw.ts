// A known flaw of a Go module, in whatever format, and the finding it makes.
import type { Advisory, PackageDetail } from '@crafting-table/contracts/finding';
import type { FindingCollector, FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';

export type Reach = 'called' | 'imported' | 'required';

export type GoFlaw = {
  id: string;
  aliases?: readonly string[];
  title: string;
  module: string;
  installed?: string | undefined;
  fixed?: string | undefined;
  reach: Reach;
  url?: string | undefined;
  /** Where the project calls it. */
  calls: readonly (StatedPlace & { message?: string })[];
  detail?: string | undefined;
  logLine?: number | undefined;
};

/** No severity is stated; how near the project's code comes is. */
const SEVERITY = { called: 'high', imported: 'medium', required: 'low' } as const;
const MANIFEST = 'go.mod';

export function flawToDraft(flaw: GoFlaw, { resolve }: FindingCollector): FindingDraft {
  const { id, aliases = [], title, module, installed, fixed, reach, calls, detail, logLine } = flaw;
  const ids = [id, ...aliases];
  const url = flaw.url ?? `https://pkg.go.dev/vuln/${id}`;
  const manifest = resolve(MANIFEST);
  const affected: PackageDetail = { ecosystem: 'Go', name: module };
  if (manifest.known && manifest.path !== undefined) affected.manifest = manifest.path;
  if (installed !== undefined) affected.installed = installed;
  if (fixed !== undefined) affected.fixed = [fixed];
  const advisory: Advisory = { ids, url, reachability: reach };
  const draft: FindingDraft = {
    kind: 'cve',
    severity: SEVERITY[reach],
    level: 'error',
    text: title,
    detail,
    place: manifest.known ? { path: MANIFEST } : undefined,
    related: [...calls],
    rule: { id: canonicalId(ids), url },
    rawSeverity: reach,
    package: affected,
    advisory,
    help: fixed === undefined ? undefined : `go get ${module}@${fixed}`,
  };
  if (logLine !== undefined) draft.logLine = logLine;
  return draft;
}

function canonicalId(ids: readonly string[]): string | undefined {
  return ids.find((id) => id.startsWith('CVE-')) ?? ids.find((id) => id.startsWith('GHSA-')) ?? ids[0];
}
