// One advisory of composer audit, in whatever format, and the finding it makes.
import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import { severityFromWord } from '../../../core/severity.ts';

const LOCK_FILE = 'composer.lock';

export type ComposerAdvisory = {
  name: string;
  title: string;
  /** CVE before GHSA before Packagist's own. */
  ids: string[];
  url?: string | undefined;
  range?: string | undefined;
  severity?: string | undefined;
  logLine?: number;
};

export function advisoryToDraft(advisory: ComposerAdvisory, collector: FindingCollector): FindingDraft {
  const { name, title, url, range, severity, logLine } = advisory;
  const ids = [...new Set(advisory.ids)];
  return {
    kind: 'cve',
    severity: severityFromWord(severity ?? ''),
    level: 'error',
    text: title,
    ...placeOfLock(collector),
    rule: { id: ids[0], url },
    rawSeverity: severity,
    package: {
      ecosystem: 'Packagist',
      name,
      ...(range === undefined ? {} : { range }),
      ...manifest(collector),
    },
    advisory: { ids, ...(url === undefined ? {} : { url }) },
    help: range === undefined ? undefined : `upgrade ${name} to a version outside of ${range}`,
    ...(logLine === undefined ? {} : { logLine }),
  };
}

/** Nobody keeps the package any longer: not a flaw, but a matter of policy. */
export function abandonedToDraft(
  stated: { name: string; replacement?: string | undefined; logLine?: number },
  collector: FindingCollector,
): FindingDraft {
  const { name, replacement, logLine } = stated;
  return {
    kind: 'policy',
    severity: 'low',
    level: 'warning',
    text: `${name} is abandoned`,
    ...placeOfLock(collector),
    rule: { id: 'abandoned' },
    package: { ecosystem: 'Packagist', name, ...manifest(collector) },
    help: replacement === undefined ? undefined : `use ${replacement} instead`,
    ...(logLine === undefined ? {} : { logLine }),
  };
}

/** `GHSA-…` in the address of an advisory that states no other name. */
export function idsInUrl(url: string | undefined): string[] {
  return /GHSA(?:-[0-9a-z]{4}){3}$/.exec((url ?? '').slice(0, 500))?.slice(0, 1) ?? [];
}

function placeOfLock({ resolve }: FindingCollector): Pick<FindingDraft, 'place'> {
  return resolve(LOCK_FILE).known ? { place: { path: LOCK_FILE } } : {};
}

function manifest({ resolve }: FindingCollector): { manifest?: string } {
  const { path, known } = resolve(LOCK_FILE);
  return known && path !== undefined ? { manifest: path } : {};
}
