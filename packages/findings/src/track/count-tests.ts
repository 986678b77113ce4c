import type { ToolRun } from '@crafting-table/contracts/finding';
import type { FindingSummary, JobFinding } from '@crafting-table/contracts/finding-life';
import { LOG_ARTIFACT } from '../engine/log-collector.ts';

/** How many tests ran and failed; null when no tool told of any. */
export function countTests(
  findings: readonly Pick<JobFinding, 'test'>[],
  toolRuns: readonly ToolRun[],
): FindingSummary['tests'] {
  const failed = findings.filter(
    ({ test }) => test?.outcome === 'failed' || test?.outcome === 'errored',
  ).length;
  const counts = [...Map.groupBy(toolRuns, ({ tool }) => tool).values()].map(countOfTool);
  const isTold = failed > 0 || counts.some((count) => count > 0);
  if (!isTold) return null;
  return {
    ran: Math.max(
      failed,
      counts.reduce((sum, count) => sum + count, 0),
    ),
    failed,
  };
}

/** Of the tools that count their tests, those that ran none: they have looked at nothing, however well they ended. */
export function toolsWithoutTests(toolRuns: readonly ToolRun[]): ReadonlySet<string> {
  const byTool = Map.groupBy(toolRuns, ({ tool }) => tool);
  const idle = [...byTool].filter(
    ([, runs]) =>
      runs.some(({ claimed, parsed }) => (claimed?.['tests'] ?? parsed?.['tests']) === 0) &&
      countOfTool(runs) === 0,
  );
  return new Set(idle.map(([tool]) => tool));
}

/** A tool that prints its results and writes them into files tells of the same tests twice. */
function countOfTool(runs: readonly ToolRun[]): number {
  const { log = [], files = [] } = Object.groupBy(runs, ({ source }) =>
    source.artifact === LOG_ARTIFACT ? 'log' : 'files',
  );
  return Math.max(...[log, files].map((each) => each.reduce((sum, run) => sum + statedTests(run), 0)));
}

/** `go test` does not count tests, only packages of them. */
function statedTests({ tool, claimed, parsed }: ToolRun): number {
  return claimed?.['tests'] ?? parsed?.['tests'] ?? (tool === 'go-test' ? (parsed?.['packages'] ?? 0) : 0);
}
