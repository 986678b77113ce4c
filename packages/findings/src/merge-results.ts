import { createFindingSet } from './core/finding-set.ts';
import { FINDINGS_PER_JOB_MAX, TOOL_RUNS_MAX } from './core/limits.ts';
import type { ParseResult } from './core/parse-result.ts';

/**
 * Everything one job said, each problem once. Findings of the same path, line and rule (or, without a rule, message
 * template) become one: a report file wins over the log, `more_sources` and `occurrences` remember the others.
 */
export function mergeResults(results: readonly ParseResult[]): ParseResult {
  const set = createFindingSet(FINDINGS_PER_JOB_MAX);
  for (const { findings } of results) for (const finding of findings) set.add(finding);
  const toolRuns = results.flatMap((result) => result.toolRuns);
  return {
    findings: set.list(),
    toolRuns: toolRuns.slice(0, TOOL_RUNS_MAX),
    truncated:
      set.omitted() > 0 || toolRuns.length > TOOL_RUNS_MAX || results.some((result) => result.truncated),
  };
}
