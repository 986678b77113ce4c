import type { FindingDraft } from '../core/finding-collector.ts';
import { LINTER_SEVERITY } from '../core/severity.ts';

/** One finding for a file that a formatter would change; its place is the first hunk. */
export function toFormatDraft(change: {
  /** Of the formatter. */
  rule: string;
  path: string;
  /** Where the first hunk begins. */
  line: number;
  hunks: number;
  diff: readonly string[];
  /** The command that formats it. */
  help: string;
  logLine: number;
}): FindingDraft {
  const { rule, path, line, hunks, diff, help, logLine } = change;
  return {
    kind: 'format',
    severity: LINTER_SEVERITY.warning,
    level: 'warning',
    text: 'File is not formatted',
    detail: diff.join('\n').trimEnd(),
    place: { path, region: { line } },
    rule: { id: rule },
    fixable: 'safe',
    help,
    logLine,
    extra: { hunks },
  };
}
