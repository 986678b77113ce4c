// How bad a result is, and of what kind: read from the result, then from its rule.
import type { FindingKind, FindingLevel } from '@crafting-table/contracts/finding';
import type { Severity } from '@crafting-table/contracts/words';
import { LINTER_SEVERITY, severityFromScoreOrWord } from '../../../core/severity.ts';
import {
  field,
  type JsonRecord,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';

export type SarifVerdict = {
  kind: FindingKind;
  level: FindingLevel;
  severity: Severity;
  rawSeverity: string;
  cwe: string[];
};

/** A result whose `kind` is not `fail`, or that is gone since the tool's own baseline, reports no problem. */
export function isProblem(result: JsonRecord): boolean {
  const kind = stringAt(result, 'kind');
  return (kind === undefined || kind === 'fail') && stringAt(result, 'baselineState') !== 'absent';
}

/** `override`: the level that this run gave to the rule. */
export function judge(
  result: JsonRecord,
  rule: JsonRecord,
  ruleId: string | undefined,
  override: string | undefined,
): SarifVerdict {
  const level = levelOf(result, rule, override);
  const ofRule = factsOf(rule);
  const score = securitySeverity(result) ?? ofRule.score;
  const own = tagsOf(result);
  const tags = own.length === 0 ? ofRule.tags : [...own, ...ofRule.tags];
  const taxa = recordsAt(result, 'taxa');
  const cwe = own.length === 0 && taxa.length === 0 ? ofRule.cwe : cweOf(tags, rule, taxa);
  return {
    kind: kindOf(ruleId, tags, score !== undefined || cwe.length > 0),
    level,
    severity: score === undefined ? LINTER_SEVERITY[level] : severityFromScoreOrWord(score),
    rawSeverity: score ?? level,
    cwe,
  };
}

type RuleFacts = { score: string | undefined; tags: string[]; cwe: string[] };

/** There are thousands of results for one rule. */
const known = new WeakMap<JsonRecord, RuleFacts>();

function factsOf(rule: JsonRecord): RuleFacts {
  const found = known.get(rule);
  if (found !== undefined) return found;
  const tags = tagsOf(rule);
  const facts = { score: securitySeverity(rule), tags, cwe: cweOf(tags, rule, []) };
  known.set(rule, facts);
  return facts;
}

function levelOf(result: JsonRecord, rule: JsonRecord, override: string | undefined): FindingLevel {
  const ofRule = override ?? stringAt(recordAt(rule, 'defaultConfiguration'), 'level');
  const stated = stringAt(result, 'level') ?? ofRule;
  return stated === 'error' || stated === 'note' || stated === 'none' ? stated : 'warning';
}

/** A number by the standard's own property bag, a word by some tools. */
function securitySeverity(owner: JsonRecord): string | undefined {
  const stated = field(recordAt(owner, 'properties'), 'security-severity');
  return typeof stated === 'number' || (typeof stated === 'string' && stated !== '')
    ? String(stated)
    : undefined;
}

function tagsOf(owner: JsonRecord): string[] {
  return stringsAt(recordAt(owner, 'properties'), 'tags').slice(0, 100);
}

/** From tags (`external/cwe/cwe-079`, `CWE-79: …`) and from what the rule or the result (`taxa`) says of the CWE taxonomy. */
function cweOf(tags: readonly string[], rule: JsonRecord, taxa: readonly JsonRecord[]): string[] {
  const targets = recordsAt(rule, 'relationships').map((relationship) => recordAt(relationship, 'target'));
  const related = [...targets, ...taxa]
    .filter((target) => stringAt(recordAt(target, 'toolComponent'), 'name')?.toUpperCase() === 'CWE')
    .map((target) => `CWE-${stringAt(target, 'id')?.replace(/^CWE-/i, '')}`);
  const numbers = [...tags, ...related].map(
    (text) => /\bcwe-0{0,5}(\d{1,6})\b/i.exec(text.slice(0, 200))?.[1],
  );
  return [...new Set(numbers.filter((number) => number !== undefined).map((number) => `CWE-${number}`))];
}

function kindOf(ruleId: string | undefined, tags: readonly string[], isSecurity: boolean): FindingKind {
  if (ruleId !== undefined && /^(?:CVE-\d|GHSA-|RUSTSEC-|GO-\d{4}-|PYSEC-|OSV-)/.test(ruleId)) return 'cve';
  const words = tags.map((tag) => tag.toLowerCase());
  if (words.includes('secret') || words.includes('secrets')) return 'secret';
  return isSecurity || words.includes('security') ? 'sast' : 'lint';
}
