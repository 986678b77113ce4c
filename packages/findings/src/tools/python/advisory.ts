// A known flaw of a Python package as the audit tools state it, and the finding it makes.
import type { FindingDraft } from '../../core/finding-collector.ts';

export type PythonFlaw = {
  name: string;
  version: string;
  id: string;
  aliases: readonly string[];
  fixed: readonly string[];
  summary?: string | undefined;
  description?: string | undefined;
  url?: string | undefined;
  /** The lock file, where the tool reads one. */
  manifest?: string;
  logLine?: number;
};

/** No audit tool of Python states a severity, and none is made up here; malware is always critical. */
export function flawToDraft(flaw: PythonFlaw): FindingDraft {
  const { name, version, id, aliases, fixed, summary, description, url, manifest, logLine } = flaw;
  const ids = [...new Set([id, ...aliases])];
  const isMalware = ids.some((each) => each.startsWith('MAL-'));
  return {
    kind: isMalware ? 'malware' : 'cve',
    severity: isMalware ? 'critical' : 'unknown',
    level: 'error',
    text: `${name} ${version}: ${summary ?? id}`,
    detail: description,
    place: manifest === undefined ? undefined : { path: manifest },
    rule: { id: canonicalId(ids), url },
    package: {
      ecosystem: 'PyPI',
      name: name.toLowerCase().replaceAll(/[-_.]+/g, '-'),
      installed: version,
      fixed: [...fixed],
      ...(manifest === undefined ? {} : { manifest }),
    },
    advisory: { ids, ...(url === undefined ? {} : { url }) },
    help: fixed.length === 0 ? undefined : `Upgrade ${name} to ${fixed.join(' or ')}.`,
    ...(logLine === undefined ? {} : { logLine }),
  };
}

/** The name that most databases share. */
function canonicalId(ids: readonly string[]): string | undefined {
  return ids.find((id) => id.startsWith('CVE-')) ?? ids.find((id) => id.startsWith('GHSA-')) ?? ids[0];
}
