// One issue as bandit states it, in text or JSON, and the finding it makes.
import type { FindingLevel } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { COMPILER_SEVERITY, severityFromWord } from '../../../core/severity.ts';

export type BanditIssue = {
  rule: string;
  name?: string | undefined;
  message: string;
  /** LOW, MEDIUM, HIGH or UNDEFINED, in any case. */
  severity: string;
  confidence?: string | undefined;
  cwe?: number | undefined;
  url?: string | undefined;
  path: string;
  region: StatedRegion;
  code?: string | undefined;
  logLine?: number;
};

/** As bandit's own SARIF has them. */
const LEVELS: Record<string, FindingLevel> = { HIGH: 'error', MEDIUM: 'warning', LOW: 'note' };

export function issueToDraft(issue: BanditIssue): FindingDraft {
  const { rule, name, message, confidence, cwe, url, path, region, code, logLine } = issue;
  const severity = issue.severity.toUpperCase();
  return {
    kind: 'sast',
    severity: severityFromWord(severity),
    level: LEVELS[severity] ?? 'warning',
    rawSeverity: severity,
    text: message,
    detail: code,
    place: { path, region },
    rule: { id: rule, name, url },
    cwe: cwe === undefined ? [] : [`CWE-${cwe}`],
    extra: confidence === undefined ? undefined : { confidence: confidence.toUpperCase() },
    ...(logLine === undefined ? {} : { logLine }),
  };
}

/** A file that bandit could not look at. */
export function skippedToDraft(path: string, reason: string, logLine?: number): FindingDraft {
  return {
    kind: reason.startsWith('syntax error') ? 'compile_error' : 'tool_error',
    severity: COMPILER_SEVERITY.error,
    level: 'error',
    text: `bandit skipped the file: ${reason}`,
    place: { path },
    rule: { id: 'file-skipped' },
    ...(logLine === undefined ? {} : { logLine }),
  };
}

export function judgeSkipped(skipped: number) {
  if (skipped === 0) return { completeness: 'complete' } as const;
  return { completeness: 'partial', note: `files that were skipped: ${skipped}` } as const;
}
