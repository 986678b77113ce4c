// One table from the words of tools to the farm's scale. `unknown` is not `info`: it says that nobody stated anything.
import type { FindingLevel } from '@crafting-table/contracts/finding';
import type { Severity } from '@crafting-table/contracts/words';

/** A compiler's error stops the build; a linter's error is an opinion. */
export const COMPILER_SEVERITY = { error: 'high', warning: 'medium', note: 'info', none: 'info' } as const;
export const LINTER_SEVERITY = { error: 'medium', warning: 'low', note: 'info', none: 'info' } as const;
export const TEST_SEVERITY = { failed: 'high', errored: 'high', flaky: 'medium' } as const;

const LEVEL_WORDS: Record<string, FindingLevel> = {
  'fatal error': 'error',
  fatal: 'error',
  error: 'error',
  failure: 'error',
  warning: 'warning',
  warn: 'warning',
  note: 'note',
  info: 'note',
  information: 'note',
  remark: 'note',
  hint: 'note',
  style: 'note',
  suggestion: 'note',
};

const SEVERITY_WORDS: Record<string, Severity> = {
  critical: 'critical',
  blocker: 'critical',
  high: 'high',
  important: 'high',
  moderate: 'medium',
  medium: 'medium',
  minor: 'low',
  low: 'low',
  negligible: 'info',
  informational: 'info',
  info: 'info',
  none: 'info',
};

/** GitLab code quality: `critical` is one below `blocker`, not what an advisory calls critical. */
export const CODE_QUALITY_SEVERITY: ReadonlyMap<string, { severity: Severity; level: FindingLevel }> =
  new Map([
    ['blocker', { severity: 'critical', level: 'error' }],
    ['critical', { severity: 'high', level: 'error' }],
    ['major', { severity: 'medium', level: 'error' }],
    ['minor', { severity: 'low', level: 'warning' }],
    ['info', { severity: 'info', level: 'note' }],
  ]);

/** Level for a word that stands before a message, in any case; undefined for any other word. */
export function levelFromWord(word: string): FindingLevel | undefined {
  const lower = word.toLowerCase();
  return Object.hasOwn(LEVEL_WORDS, lower) ? LEVEL_WORDS[lower] : undefined;
}

/** Severity for an advisory's word; `unknown` for any other word. */
export function severityFromWord(word: string): Severity {
  const lower = word.trim().toLowerCase();
  return (Object.hasOwn(SEVERITY_WORDS, lower) ? SEVERITY_WORDS[lower] : undefined) ?? 'unknown';
}

/** Severity for a CVSS base score from 0 to 10. */
export function severityFromScore(score: number): Severity {
  if (!(score >= 0 && score <= 10)) return 'unknown';
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'info';
}

/** Severity for a number or a word, as `security-severity` may be either. */
export function severityFromScoreOrWord(stated: string): Severity {
  const score = Number(stated);
  return stated.trim() === '' || Number.isNaN(score) ? severityFromWord(stated) : severityFromScore(score);
}
