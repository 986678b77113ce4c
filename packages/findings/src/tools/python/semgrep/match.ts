// One match of a rule as semgrep states it, and the finding it makes.
import type { FindingLevel } from '@crafting-table/contracts/finding';
import type { Severity } from '@crafting-table/contracts/words';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';

/** Old words and new ones; the text shows only how many arrows there are before the rule. */
const VERDICTS: Record<string, { severity: Severity; level: FindingLevel }> = {
  CRITICAL: { severity: 'critical', level: 'error' },
  ERROR: { severity: 'high', level: 'error' },
  HIGH: { severity: 'high', level: 'error' },
  WARNING: { severity: 'medium', level: 'warning' },
  MEDIUM: { severity: 'medium', level: 'warning' },
  INFO: { severity: 'low', level: 'note' },
  LOW: { severity: 'low', level: 'note' },
};

export type SemgrepMatch = {
  rule: string;
  message: string;
  /** In semgrep's words. */
  severity: string;
  /** The layout showed the severity otherwise than by its word. */
  isWordGuessed?: true;
  path: string;
  region: StatedRegion;
  category?: string | undefined;
  cwe?: string[];
  url?: string | undefined;
  fix?: string | undefined;
  code?: string | undefined;
  fingerprint?: string | undefined;
  isIgnored?: boolean;
  confidence?: string | undefined;
  logLine?: number;
};

export function matchToDraft(match: SemgrepMatch): FindingDraft {
  const { rule, message, path, region, category, url, fix, code, fingerprint, confidence, logLine } = match;
  const word = match.severity.toUpperCase();
  const isSecurity = category === undefined || category === 'security';
  return {
    kind: isSecurity ? 'sast' : 'lint',
    ...(VERDICTS[word] ?? { severity: 'unknown', level: 'warning' }),
    rawSeverity: match.isWordGuessed ? undefined : match.severity,
    text: message,
    detail: code,
    place: { path, region },
    rule: { id: rule, url },
    cwe: match.cwe ?? [],
    // Whether a rule's rewrite keeps the meaning is only for the rule's author to say.
    fixable: fix === undefined ? undefined : 'unsafe',
    help: fix === undefined ? undefined : `Replace it by: ${fix}`,
    suppressed: match.isIgnored ? { by: 'source' } : undefined,
    nativeFingerprints: new Map(fingerprint === undefined ? [] : [['semgrep', fingerprint]]),
    extra: confidence === undefined ? undefined : { confidence },
    ...(logLine === undefined ? {} : { logLine }),
  };
}
