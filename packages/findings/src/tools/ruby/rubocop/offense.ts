// One offense as RuboCop states it, in whatever format, and the finding it makes.
import type { FindingKind, FindingLevel } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { COMPILER_SEVERITY, LINTER_SEVERITY } from '../../../core/severity.ts';

export type Offense = {
  path: string;
  region: StatedRegion;
  /** RuboCop's word or its first letter. */
  severity: string;
  cop: string;
  message: string;
  correctable: boolean;
  logLine?: number;
};

const LEVELS: Record<string, FindingLevel> = { F: 'error', E: 'error', W: 'warning' };

/** `detail`: the code frame. */
export function offenseToDraft(offense: Offense, detail = ''): FindingDraft {
  const { path, region, severity, cop, message, correctable, logLine } = offense;
  const letter = severity.charAt(0).toUpperCase();
  const level = LEVELS[letter] ?? 'note';
  const kind = kindOf(cop);
  const isFatal = kind === 'compile_error' || letter === 'F';
  return {
    kind,
    severity: (isFatal ? COMPILER_SEVERITY : LINTER_SEVERITY)[level],
    level,
    text: message,
    detail,
    place: { path, region },
    rule: { id: cop },
    rawSeverity: letter,
    fixable: correctable ? 'safe' : undefined,
    ...(logLine === undefined ? {} : { logLine }),
  };
}

function kindOf(cop: string): FindingKind {
  if (cop === 'Lint/Syntax') return 'compile_error';
  return cop.startsWith('Security/') ? 'sast' : 'lint';
}
