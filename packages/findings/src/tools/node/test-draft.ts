// What every JavaScript test tool says of one test that went wrong.
import type { TestDetail } from '@crafting-table/contracts/finding';
import type { FindingCollector, FindingDraft, StatedPlace } from '../../core/finding-collector.ts';
import { TEST_SEVERITY } from '../../core/severity.ts';
import { findProjectFrame } from './frames.ts';

export type FailedTest = {
  /** The test file, as the tool wrote it. */
  file?: string | undefined;
  /** With the names of the suites around it. */
  name: string;
  outcome: 'failed' | 'errored';
  durationMs?: number | undefined;
  /** What the tool said of it: message, difference, trace. */
  lines: readonly string[];
  /** Where the tool says the test is; a frame of the trace is nearer to the fault. */
  place?: StatedPlace | undefined;
  logLine?: number | undefined;
};

export function toTestDraft(failed: FailedTest, { resolve }: FindingCollector): FindingDraft {
  const test: TestDetail = { name: failed.name, outcome: failed.outcome };
  if (failed.file !== undefined) test.suite = resolve(failed.file).path ?? failed.file;
  if (failed.durationMs !== undefined) test.duration_ms = failed.durationMs;
  const file = failed.file === undefined ? undefined : { path: failed.file };
  const text = failed.lines.join('\n');
  const draft: FindingDraft = {
    kind: failed.outcome === 'failed' ? 'test_failure' : 'test_error',
    severity: TEST_SEVERITY[failed.outcome],
    level: 'error',
    text: text.trim() === '' ? `${failed.name} ${failed.outcome}` : text,
    place: findProjectFrame(failed.lines, resolve) ?? failed.place ?? file,
    test,
  };
  if (failed.logLine !== undefined) draft.logLine = failed.logLine;
  return draft;
}
