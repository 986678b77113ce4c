// One result of bundler-audit, in whatever format, and the finding it makes.
import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import { severityFromWord } from '../../../core/severity.ts';

const LOCK_FILE = 'Gemfile.lock';

export type GemAdvisory = {
  name: string;
  version: string;
  title: string;
  /** CVE before GHSA before the rest. */
  ids: string[];
  url?: string | undefined;
  criticality?: string | undefined;
  /** Requirements such as `>= 0.7.3`. */
  patched: readonly string[];
  description?: string | undefined;
  logLine?: number;
};

export function advisoryToDraft(advisory: GemAdvisory, { resolve }: FindingCollector): FindingDraft {
  const { name, version, title, ids, url, criticality, patched, description, logLine } = advisory;
  const lock = resolve(LOCK_FILE);
  const manifest = lock.known && lock.path !== undefined ? { manifest: lock.path } : {};
  return {
    kind: 'cve',
    severity: severityFromWord(criticality ?? ''),
    level: 'error',
    text: title,
    detail: description,
    place: lock.known ? { path: LOCK_FILE } : undefined,
    rule: { id: ids[0], url },
    rawSeverity: criticality,
    package: {
      ecosystem: 'RubyGems',
      name,
      installed: version,
      fixed: patched.map(firstGood),
      ...manifest,
    },
    advisory: { ids, ...(url === undefined ? {} : { url }) },
    help: patched.length === 0 ? 'no version is fixed' : `upgrade ${name} to ${patched.join(' or ')}`,
    ...(logLine === undefined ? {} : { logLine }),
  };
}

/** Gems that anybody on the way can replace. */
export function insecureSourceToDraft(source: string, logLine?: number): FindingDraft {
  return {
    kind: 'policy',
    severity: 'medium',
    level: 'warning',
    text: `insecure source: ${source}`,
    rule: { id: 'insecure-source' },
    ...(logLine === undefined ? {} : { logLine }),
  };
}

/** `>= 0.7.3` and `~> 0.6.4` name the first good version. */
function firstGood(requirement: string): string {
  return /^(?:>=|~>) {0,3}(?<version>\d[\w.-]{0,60})$/.exec(requirement)?.groups?.version ?? requirement;
}
