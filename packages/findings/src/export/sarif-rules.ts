// The rules of one run, each told once, in the order of their first results.
import type { FindingKind } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import type { Severity } from '@crafting-table/contracts/words';

export type RuleTable = {
  /** Undefined for a finding without a rule. */
  indexOf: (finding: JobFinding) => number | undefined;
  list: () => object[];
};

const SECURITY_KINDS: ReadonlySet<FindingKind> = new Set(['sast', 'secret', 'cve', 'malware']);
/** For readers who know scores only: the middle of what a word stands for. */
const SCORES: Partial<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
  info: '0.0',
};

export function createRuleTable(): RuleTable {
  const indexes = new Map<string, number>();
  const rules: object[] = [];
  return {
    indexOf: (finding) => {
      const { rule_id } = finding;
      if (rule_id === undefined) return undefined;
      const index = indexes.get(rule_id);
      if (index !== undefined) return index;
      indexes.set(rule_id, rules.length);
      return rules.push(toRule(rule_id, finding)) - 1;
    },
    list: () => rules,
  };
}

function toRule(id: string, finding: JobFinding): object {
  const properties = securityProperties(finding);
  return {
    id,
    ...(finding.rule_name !== undefined && { name: finding.rule_name }),
    ...(finding.rule_url !== undefined && isUri(finding.rule_url) && { helpUri: finding.rule_url }),
    ...(properties && { properties }),
  };
}

/** How bad it is and what it is about, in the words that code scanners have agreed on. */
export function securityProperties({ kind, severity, cwe = [] }: JobFinding) {
  const score = SECURITY_KINDS.has(kind) ? SCORES[severity] : undefined;
  const tags = [
    ...(SECURITY_KINDS.has(kind) ? ['security'] : []),
    ...(kind === 'secret' ? ['secret'] : []),
    ...cwe.map((name) => `external/cwe/${name.toLowerCase()}`),
  ];
  if (tags.length === 0) return undefined;
  return { tags, ...(score !== undefined && { 'security-severity': score }) };
}

function isUri(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/i.test(text) && URL.canParse(text);
}
