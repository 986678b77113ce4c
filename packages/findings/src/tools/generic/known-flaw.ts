// A known flaw of a package, as scanners, bills of materials and VEX documents state it, and the finding it makes.
import type { Advisory, Cvss, PackageDetail, Suppression, Vex } from '@crafting-table/contracts/finding';
import type { Severity } from '@crafting-table/contracts/words';
import type { FindingCollector, FindingDraft } from '../../core/finding-collector.ts';
import { scoreOf } from './cvss-score.ts';
import { severityFromScore, severityFromWord } from '../../core/severity.ts';

export type KnownFlaw = {
  /** As the tool names the package; `package` needs at least a name. */
  package: PackageDetail;
  /** In the order the tool states them; all are names of the same flaw. */
  ids: readonly string[];
  title?: string | undefined;
  detail?: string | undefined;
  url?: string | undefined;
  /** The tool's own verdict; it wins over the scores. */
  severityWord?: string | undefined;
  cvss?: readonly Cvss[];
  cwe?: readonly string[];
  vex?: Vex | undefined;
  /** Somebody other than a VEX statement has accepted it. */
  suppressed?: Suppression | undefined;
  reachability?: Advisory['reachability'] | undefined;
  /** Lock file or installed file it was found in, as the tool wrote it. */
  source?: string | undefined;
  help?: string | undefined;
  extra?: Record<string, unknown>;
};

/** What a VEX statement that speaks for the package looks like on the finding. */
const VEX_SILENCES = new Set<Vex['status']>(['not_affected', 'fixed']);

export function toFlawDraft(flaw: KnownFlaw, { resolve }: FindingCollector): FindingDraft {
  const ids = orderIds(flaw.ids);
  const isMalware = ids.some((id) => id.startsWith('MAL-'));
  const source = flaw.source === undefined ? undefined : resolve(flaw.source);
  const isKnown = source?.known === true;
  const affected: PackageDetail = { ...flaw.package };
  if (isKnown && source.path !== undefined) affected.manifest = source.path;
  const severity = isMalware ? 'critical' : severityOf(flaw);
  return {
    kind: isMalware ? 'malware' : 'cve',
    severity,
    level: 'error',
    text: titleOf(flaw, ids),
    detail: flaw.detail,
    place: isKnown ? { path: flaw.source } : undefined,
    rule: { id: ids[0], url: flaw.url },
    rawSeverity: flaw.severityWord ?? rawScore(flaw.cvss),
    cwe: [...(flaw.cwe ?? [])],
    package: affected,
    advisory: toAdvisory(flaw, ids),
    help: flaw.help ?? upgradeTo(flaw.package),
    suppressed: flaw.suppressed ?? suppressionBy(flaw.vex),
    extra: flaw.extra,
  };
}

/** CVE before GHSA before the rest; otherwise as stated. */
export function orderIds(ids: readonly string[]): string[] {
  const rank = (id: string) => (id.startsWith('CVE-') ? 0 : id.startsWith('GHSA-') ? 1 : 2);
  return [...new Set(ids)].toSorted((a, b) => rank(a) - rank(b));
}

function titleOf(flaw: KnownFlaw, ids: readonly string[]): string {
  const { name, installed } = flaw.package;
  const what = flaw.title?.trim() || ids[0] || 'a known flaw';
  return `${installed === undefined ? name : `${name} ${installed}`}: ${what}`;
}

/** The tool's word, else its best score, else the score that its vector amounts to. */
function severityOf({ severityWord, cvss }: KnownFlaw): Severity {
  const byWord = severityFromWord(severityWord ?? '');
  if (byWord !== 'unknown') return byWord;
  const score = bestScore(cvss);
  return score === undefined ? 'unknown' : severityFromScore(score);
}

function rawScore(cvss: KnownFlaw['cvss']): string | undefined {
  const score = bestScore(cvss);
  return score === undefined ? undefined : String(score);
}

/** The newest version of CVSS that has a score speaks. */
function bestScore(cvss: readonly Cvss[] = []): number | undefined {
  const newestFirst = cvss.toSorted((a, b) => (b.version ?? '').localeCompare(a.version ?? ''));
  return newestFirst.map((one) => one.score ?? scoreOf(one.vector)).find((score) => score !== undefined);
}

function toAdvisory(flaw: KnownFlaw, ids: string[]): Advisory {
  const advisory: Advisory = { ids };
  if (flaw.url !== undefined) advisory.url = flaw.url;
  if (flaw.cvss !== undefined && flaw.cvss.length > 0) advisory.cvss = [...flaw.cvss];
  if (flaw.reachability !== undefined) advisory.reachability = flaw.reachability;
  if (flaw.vex !== undefined) advisory.vex = flaw.vex;
  return advisory;
}

function suppressionBy(vex: Vex | undefined): Suppression | undefined {
  if (vex === undefined || !VEX_SILENCES.has(vex.status)) return undefined;
  const reason = vex.justification ?? vex.status;
  return { by: 'vex', reason };
}

function upgradeTo({ name, fixed }: PackageDetail): string | undefined {
  if (fixed === undefined || fixed.length === 0) return undefined;
  return `Upgrade ${name} to ${fixed.join(' or ')}.`;
}
