import { createFindingSet } from './core/finding-set.ts';
import { FINDINGS_PER_JOB_MAX, TOOL_RUNS_MAX } from './core/limits.ts';
import type { ParseResult } from './core/parse-result.ts';

/**
 * Everything one job said, each problem once. Findings of the same path, line and rule (or, without a rule, message
 * template) become one: a report wins over a line of the log, `more_sources` and `occurrences` remember the others.
 */
export function mergeResults(results: readonly ParseResult[]): ParseResult {
  const merge = createMerge();
  for (const result of results) merge.add(result);
  return merge.result();
}

/** The same, one result at a time, so that only what is merged has to be held. */
export function createMerge(): { add: (result: ParseResult) => void; result: () => ParseResult } {
  const set = createFindingSet(FINDINGS_PER_JOB_MAX);
  const toolRuns: ParseResult['toolRuns'] = [];
  let truncated = false;
  return {
    add: (result) => {
      for (const finding of result.findings) set.add(finding);
      const room = TOOL_RUNS_MAX - toolRuns.length;
      toolRuns.push(...result.toolRuns.slice(0, room));
      truncated ||= result.truncated || result.toolRuns.length > room;
    },
    result: () => ({ findings: set.list(), toolRuns, truncated: truncated || set.omitted() > 0 }),
  };
}
