// Some tools end with the same words: `No known vulnerabilities found` is pip-audit's and pnpm's. A line is one invocation.
import type { LogToolResult } from './log-runner.ts';

type Claim = LogToolResult['claims'][number] & { result: LogToolResult };

const STRENGTH = { words: 2, file: 1, none: 0 };

/**
 * Leaves each line that several tools claim to one of them: to one that the recipe is said to run (`declared`, by
 * `<ecosystem>/<tool>`), then to one that more tells of, then to one that has got fewer lines, then to the first.
 */
export function settleClaims(
  results: readonly LogToolResult[],
  declared: readonly string[],
): LogToolResult[] {
  const claims = results.flatMap((result) => result.claims.map((claim): Claim => ({ ...claim, result })));
  const won = new Map<LogToolResult, number>();
  const lost = new Set<object>();
  const rank = ({ result, evidence }: Claim) =>
    (declared.includes(result.tool.name) ? 4 : 0) + STRENGTH[evidence];
  const byLine = Map.groupBy(claims, ({ logLine }) => logLine);
  for (const line of [...byLine.keys()].toSorted((a, b) => a - b)) {
    const rivals = byLine.get(line)!; // It is one of the keys.
    const [winner, ...others] = rivals.toSorted(
      (a, b) => rank(b) - rank(a) || (won.get(a.result) ?? 0) - (won.get(b.result) ?? 0),
    );
    if (winner !== undefined) won.set(winner.result, (won.get(winner.result) ?? 0) + 1);
    for (const { toolRun } of others) lost.add(toolRun);
  }
  if (lost.size === 0) return [...results];
  return results.map((result) => ({
    ...result,
    toolRuns: result.toolRuns.filter((toolRun) => !lost.has(toolRun)),
  }));
}
