// One error of Cppcheck, from text or XML, and the finding it makes.
import type { FindingLevel } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { COMPILER_SEVERITY, LINTER_SEVERITY, levelFromWord } from '../../../core/severity.ts';

/** Cppcheck gave up on the file or on a configuration of it. */
const UNREAD =
  /^(?:syntaxError|internalAstError|internalError|cppcheckError|preprocessorErrorDirective|unknownMacro|noValidConfiguration)$/;

export function isUnread(id: string): boolean {
  return UNREAD.test(id);
}

/** Place and log line are the caller's. */
export function cppcheckDraft(id: string, word: string, message: string): FindingDraft {
  // `performance` and `portability` are suggestions like `style`.
  const level: FindingLevel = levelFromWord(word) ?? 'note';
  const isBroken = isUnread(id);
  return {
    kind: isBroken ? 'compile_error' : 'lint',
    level,
    severity: (isBroken ? COMPILER_SEVERITY : LINTER_SEVERITY)[level],
    text: message,
    rule: { id },
    rawSeverity: word,
  };
}
