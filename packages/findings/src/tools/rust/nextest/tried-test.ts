// One test, all the tries it had, and the finding it makes.
import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import { failedTestToDraft } from '../cargo-test/failed-test.ts';
import type { TryStatus } from './status-line.ts';

export type TriedTest = {
  tries: TryStatus[];
  /** What the last try that failed has printed. */
  lines: string[];
  logLine: number;
};

/** What Rust's own harness says around the one test that it was asked to run. */
const CHATTER =
  /^(?:running 1 test|test .{1,1000} \.\.\. FAILED|failures:|---- .{1,1000} ----|test result: FAILED\..*| {4}\S.*)?$/;
const WORDS: Record<string, string> = {
  TIMEOUT: 'the test timed out',
  TMT: 'the test timed out',
  XFAIL: 'the test could not be started',
};

/** Undefined for a test that passed at once. */
export function triedTestToDraft(test: TriedTest, collector: FindingCollector): FindingDraft | undefined {
  const { tries, lines, logLine } = test;
  const last = tries.at(-1);
  const failed = tries.filter(({ outcome }) => outcome !== 'passed');
  const told = failed.at(-1);
  if (last === undefined || told === undefined) return undefined;
  const { name, binary: suite } = last;
  const said = lines.filter((line, index) => !CHATTER.test(line) || isOfPanic(lines, index));
  const draft = failedTestToDraft({ name, suite, lines: said, logLine }, collector);
  const isFlaky = last.outcome === 'passed';
  const outcome = isFlaky ? 'flaky' : told.outcome === 'failed' ? 'failed' : 'errored';
  return {
    ...draft,
    kind: told.outcome === 'failed' ? 'test_failure' : 'test_error',
    severity: TEST_SEVERITY[outcome],
    level: isFlaky ? 'warning' : 'error',
    text: told.outcome === 'failed' ? draft.text : wordsFor(told.word),
    detail: lines.join('\n').trim(),
    test: {
      suite,
      name,
      outcome,
      duration_ms: last.durationMs,
      ...(tries.length < 2 ? {} : { tries: failed.map(toTry) }),
    },
  };
}

/** A backtrace is indented as the names of the tests are. */
function isOfPanic(lines: readonly string[], index: number): boolean {
  const panic = lines.findIndex((line) => line.startsWith("thread '"));
  return panic >= 0 && index > panic;
}

function wordsFor(word: string): string {
  // A try that is counted has less room for its word.
  return WORDS[word] ?? `the test process died: ${word.replace(/^(?=[A-Z]{3,4}$)/, 'SIG')}`;
}

function toTry({ outcome, word }: TryStatus) {
  return { outcome: outcome === 'failed' ? 'failed' : 'errored', message: word } as const;
}
