// What both test libraries of Swift say of one test that went wrong.
import type { TestDetail, TestTry } from '@crafting-table/contracts/finding';
import type { FindingDraft, StatedPlace } from '../../core/finding-collector.ts';
import { TEST_SEVERITY } from '../../core/severity.ts';

export type TestIssue = {
  message: string;
  place?: StatedPlace | undefined;
  outcome: TestTry['outcome'];
  detail: string[];
  logLine: number;
};

/** Issues kept of one test; a loop can record thousands. */
export const ISSUES_MAX = 100;

/** One finding for a test, at the place of its first issue. */
export function toTestDraft(
  test: { suite?: string | undefined; name: string; durationMs?: number | undefined },
  issues: readonly TestIssue[],
  logLine: number,
): FindingDraft {
  const [first] = issues;
  const outcome = issues.some((issue) => issue.outcome === 'errored') ? 'errored' : 'failed';
  const detail: TestDetail = { name: test.name, outcome };
  if (test.suite !== undefined) detail.suite = test.suite;
  if (test.durationMs !== undefined) detail.duration_ms = test.durationMs;
  if (issues.length > 1)
    detail.tries = issues.map(({ message, outcome: each }) => ({ message, outcome: each }));
  return {
    kind: outcome === 'failed' ? 'test_failure' : 'test_error',
    severity: TEST_SEVERITY[outcome],
    level: 'error',
    text: first?.message ?? `${test.name} failed`,
    detail: issues.flatMap((issue) => issue.detail).join('\n'),
    place: first?.place,
    related: issues.slice(1).map(({ place, message }) => ({ ...place, message })),
    test: detail,
    logLine: first?.logLine ?? logLine,
  };
}

/** `0.003` → 3. */
export function toMilliseconds(seconds: string | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000);
}
