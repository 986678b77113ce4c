import type { Finding, ToolRun } from '@crafting-table/contracts/finding';

/** A flaky test has recovered after so many jobs in a row that it passed in, or so long after it failed last. */
export const FLAKY_PASSES = 5;
export const FLAKY_QUIET_DAYS = 14;
/** When more of a suite fails than this and says so, its surroundings are broken and not its tests. */
const BROKEN_SHARE = 0.8;
const TESTS_MIN = 5;
const DAY_MS = 86_400_000;

const BROKEN_SETUP =
  /connection refused|ECONNREFUSED|could not connect|connection reset|no space left|ENOSPC|name resolution|ENOTFOUND|EAI_AGAIN|timed? ?out|ETIMEDOUT|cannot allocate memory|permission denied|address already in use|EADDRINUSE|no such host|database is locked|ModuleNotFoundError|Cannot find module|fixture/i;

/** `passes`: before this job, in which it passed once more. */
export function isRecovered({ passes, since }: { passes: number; since: Date }, now: Date): boolean {
  return passes + 1 >= FLAKY_PASSES || now.getTime() - since.getTime() >= FLAKY_QUIET_DAYS * DAY_MS;
}

/** Tools whose tests failed nearly all of them, for a reason that lies outside. Their findings prove nothing about the code. */
export function toolsWithBrokenSetup(
  findings: readonly Finding[],
  toolRuns: readonly ToolRun[],
): Set<string> {
  const tests = Map.groupBy(
    findings.filter(({ test }) => test !== undefined && test.outcome !== 'flaky'),
    ({ tool }) => tool,
  );
  const broken = [...tests].filter(([tool, failures]) => {
    const ran = toolRuns
      .filter((run) => run.tool === tool)
      .reduce((sum, { parsed, claimed }) => sum + (claimed?.['tests'] ?? parsed?.['tests'] ?? 0), 0);
    if (ran < TESTS_MIN || failures.length < ran * BROKEN_SHARE) return false;
    const outside = failures.filter(({ message, detail }) =>
      BROKEN_SETUP.test(`${message}\n${detail ?? ''}`),
    );
    return outside.length >= failures.length * BROKEN_SHARE;
  });
  return new Set(broken.map(([tool]) => tool));
}
