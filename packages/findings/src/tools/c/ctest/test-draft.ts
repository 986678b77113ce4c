// One test of ctest that went wrong: ctest knows its name and how it ended, only its output knows where.
import type { FindingCollector, FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';

export type FailedTest = {
  name: string;
  /** `Failed`, `Timeout`, `Subprocess aborted`, `Not Run`. */
  verdict: string;
  durationMs?: number | undefined;
  output: readonly string[];
  logLine?: number | undefined;
};

const PLACE = /^(?<path>[^\s:][^\s:]{0,400}):(?<line>\d{1,7}):/;

export function failedTestDraft(test: FailedTest, { resolve }: FindingCollector): FindingDraft {
  const { name, verdict, durationMs, output, logLine } = test;
  const isCrash = /SegFault|aborted|Exception|ILLEGAL|Numerical|Other|Bus error|killed/i.test(verdict);
  const outcome = /^(?:Failed|Required regular|Error regular)/.test(verdict) ? 'failed' : 'errored';
  const draft: FindingDraft = {
    kind: isCrash ? 'crash' : outcome === 'failed' ? 'test_failure' : 'test_error',
    severity: TEST_SEVERITY[outcome],
    level: 'error',
    text: verdict,
    detail: output.join('\n').trimEnd(),
    place: findPlace(output, (path) => resolve(path).known),
    test: durationMs === undefined ? { name, outcome } : { name, outcome, duration_ms: durationMs },
  };
  if (logLine !== undefined) draft.logLine = logLine;
  return draft;
}

/** The first line that names a file of the worktree, as assertions of most C frameworks do. */
function findPlace(output: readonly string[], isKnown: (path: string) => boolean): StatedPlace | undefined {
  for (const line of output) {
    const { path, line: number } = PLACE.exec(line.slice(0, 1000))?.groups ?? {};
    if (path !== undefined && isKnown(path)) return { path, region: { line: Number(number) } };
  }
  return undefined;
}
