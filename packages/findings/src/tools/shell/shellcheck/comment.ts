// One comment of ShellCheck, in whatever format, and the finding it makes.
import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { LINTER_SEVERITY, levelFromWord } from '../../../core/severity.ts';

export type Comment = {
  path: string;
  region: StatedRegion;
  /** Without the letters before it. */
  code: string;
  /** Absent before version 0.5 in terminals. */
  word?: string | undefined;
  message: string;
  isFixable?: boolean;
};

export function commentToDraft({ path, region, code, word, message, isFixable }: Comment): FindingDraft {
  const level = (word && levelFromWord(word)) || 'warning';
  const rule = `SC${code}`;
  // 10xx are faults of the syntax: the rest of the file was not looked at.
  const isSyntax = level === 'error' && code.startsWith('10');
  return {
    kind: 'lint',
    level,
    severity: isSyntax ? 'high' : LINTER_SEVERITY[level],
    text: message,
    place: { path, region },
    rule: { id: rule, url: `https://www.shellcheck.net/wiki/${rule}` },
    rawSeverity: word,
    fixable: isFixable ? 'unsafe' : undefined,
  };
}
