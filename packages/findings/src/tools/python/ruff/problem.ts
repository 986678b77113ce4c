// One problem as ruff states it, in whatever format, and the finding it makes.
import type { FindingKind } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { COMPILER_SEVERITY, LINTER_SEVERITY } from '../../../core/severity.ts';

export type RuffProblem = {
  rule: string;
  message: string;
  path: string;
  region: StatedRegion;
  name?: string | undefined;
  url?: string | undefined;
  fixable?: 'safe' | 'unsafe' | undefined;
  help?: string | undefined;
  logLine?: number;
};

/** What ruff calls a file that it cannot parse. */
export const SYNTAX_RULE = 'invalid-syntax';
export const FORMAT_RULE = 'unformatted';
/** A file that cannot be read. */
export const IO_RULE = 'E902';

/** `detail`: code frame and suggested change. */
export function problemToDraft(problem: RuffProblem, detail = ''): FindingDraft {
  const { rule, message, path, region, name, url, fixable, help, logLine } = problem;
  const kind = kindOf(rule);
  return {
    kind,
    severity:
      kind === 'compile_error' || kind === 'tool_error' ? COMPILER_SEVERITY.error : LINTER_SEVERITY.error,
    level: 'error',
    text: message,
    detail,
    place: { path, region },
    rule: { id: rule, name, url },
    fixable,
    help,
    ...(logLine === undefined ? {} : { logLine }),
  };
}

function kindOf(rule: string): FindingKind {
  if (rule === SYNTAX_RULE || rule === 'E999') return 'compile_error';
  if (rule === IO_RULE) return 'tool_error';
  return rule === FORMAT_RULE ? 'format' : 'lint';
}
