// What the audit tools of Rust say about one crate: a flaw, or something about its upkeep, and the finding it makes.
import type { Cvss } from '@crafting-table/contracts/finding';
import type { FindingCollector, FindingDraft } from '../../core/finding-collector.ts';
import { LINTER_SEVERITY } from '../../core/severity.ts';
import { orderIds, toFlawDraft } from '../generic/known-flaw.ts';

export const LOCK_FILE = 'Cargo.lock';

export type Crate = { name: string; version: string };

export type CrateAdvisory = {
  crate: Crate;
  id: string;
  aliases?: readonly string[] | undefined;
  title: string;
  url?: string | undefined;
  detail?: string | undefined;
  /** As the tool states it: a word, or nothing. */
  severityWord?: string | undefined;
  cvss?: readonly Cvss[] | undefined;
  /** Requirements, such as `>=0.6.14, <1.0.0`, any of which is good. */
  patched: readonly string[];
  logLine?: number | undefined;
};

/** An advisory about what attackers can do. */
export function crateFlawToDraft(advisory: CrateAdvisory, collector: FindingCollector): FindingDraft {
  const { crate, id, aliases = [], title, url, detail, severityWord, cvss, patched, logLine } = advisory;
  const draft = toFlawDraft(
    {
      package: {
        ecosystem: 'crates.io',
        name: crate.name,
        installed: crate.version,
        fixed: patched.flatMap(firstGood),
      },
      ids: [id, ...aliases],
      title,
      detail,
      url,
      severityWord,
      cvss: cvss ?? [],
      source: LOCK_FILE,
    },
    collector,
  );
  // The name that the text states as well as the JSON; the aliases are in the JSON only.
  const named = { ...draft, rule: { id, url } };
  return logLine === undefined ? named : { ...named, logLine };
}

export type CratePolicy = {
  crate: Crate | undefined;
  /** `unmaintained`, `yanked`, `banned`. */
  rule: string;
  kind: 'policy' | 'license';
  level: 'error' | 'warning';
  text: string;
  detail?: string | undefined;
  /** The advisory that says so, where there is one. */
  id?: string | undefined;
  url?: string | undefined;
  patched?: readonly string[];
  logLine?: number | undefined;
};

/** Something about a crate that is no flaw of it: nobody maintains it, the project does not want it. */
export function cratePolicyToDraft(policy: CratePolicy, { resolve }: FindingCollector): FindingDraft {
  const { crate, rule, kind, level, text, detail, id, url, patched = [], logLine } = policy;
  const lock = resolve(LOCK_FILE);
  return {
    kind,
    severity: LINTER_SEVERITY[level],
    level,
    text: crate === undefined || text.includes(crate.name) ? text : `${crate.name} ${crate.version}: ${text}`,
    detail,
    place: lock.known ? { path: LOCK_FILE } : undefined,
    rule: { id: rule, url },
    package: crate && {
      ecosystem: 'crates.io',
      name: crate.name,
      installed: crate.version,
      fixed: patched.flatMap(firstGood),
      ...(lock.known && lock.path !== undefined ? { manifest: lock.path } : {}),
    },
    advisory: id === undefined ? undefined : { ids: orderIds([id]), ...(url === undefined ? {} : { url }) },
    ...(logLine === undefined ? {} : { logLine }),
  };
}

/** `Upgrade to >=0.6.14, <1.0.0 OR >=1.6.1` names two requirements; any other sentence none. */
export function readSolution(solution: string): string[] {
  const stated = /^Upgrade to (?<versions>[^(]{1,1000})/.exec(solution)?.groups?.versions;
  return stated === undefined ? [] : stated.split(' OR ').map((each) => each.trim());
}

/** `>= 0.6.14, < 1.0.0` → `0.6.14`. */
function firstGood(requirement: string): string[] {
  const version = /^(?:>=|\^|~|=)? {0,3}(?<version>\d[\w.+-]{0,60})/.exec(requirement)?.groups?.version;
  return version === undefined ? [] : [version];
}
