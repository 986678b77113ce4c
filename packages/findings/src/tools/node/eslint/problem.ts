import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { LINTER_SEVERITY } from '../../../core/severity.ts';

export type EslintProblem = {
  path: string;
  region: StatedRegion;
  isError: boolean;
  message: string;
  rule?: string | undefined;
};

/** What text and JSON have in common, so that one problem read twice is one finding. */
export function toDraft({ path, region, isError, message, rule }: EslintProblem): FindingDraft {
  const level = isError ? 'error' : 'warning';
  // ESLint could not read the file at all: no rule has looked at it.
  const isFatal = isError && rule === undefined && message.startsWith('Parsing error');
  return {
    kind: 'lint',
    level,
    severity: isFatal ? 'high' : LINTER_SEVERITY[level],
    // The stylish formatter leaves the final period out, JSON keeps it.
    text: message.replace(/(?<! )\.$/, ''),
    place: { path, region },
    rule: { id: rule },
    rawSeverity: level,
  };
}
