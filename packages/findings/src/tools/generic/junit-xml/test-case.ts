// One <testcase>, as it was read, and whether it is a finding.
import type { TestDetail, TestTry } from '@crafting-table/contracts/finding';
import type { FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import { DETAIL_CHARS_MAX } from '../../../core/limits.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';

/** What an element inside a test case means. Surefire's `flaky*` are tries of a test that passed in the end. */
export const PROBLEM_ELEMENTS = {
  failure: { outcome: 'failed', isFinal: true },
  error: { outcome: 'errored', isFinal: true },
  rerunFailure: { outcome: 'failed', isFinal: true },
  rerunError: { outcome: 'errored', isFinal: true },
  flakyFailure: { outcome: 'failed', isFinal: false },
  flakyError: { outcome: 'errored', isFinal: false },
} as const satisfies Record<string, { outcome: TestTry['outcome']; isFinal: boolean }>;

export type ProblemElement = keyof typeof PROBLEM_ELEMENTS;

export type TestProblem = { element: ProblemElement; message: string; type: string; text: string };

export type TestCase = {
  suite: string;
  name: string;
  /** Seconds, as written. */
  time: string | undefined;
  problems: TestProblem[];
  isSkipped: boolean;
  /** What else the document says of the test, by its own names. */
  others: Record<string, unknown>;
  /** system-out and system-err of the test itself. */
  output: string;
};

/** Undefined for a test that has nothing to say. */
export function toDraft(
  testCase: TestCase,
  placeOf: (explanation: string) => StatedPlace | undefined,
): FindingDraft | undefined {
  const first = testCase.problems.find((problem) => PROBLEM_ELEMENTS[problem.element].isFinal);
  const told = first ?? testCase.problems[0];
  if (told === undefined) return undefined;
  const outcome = outcomeOf(testCase.problems);
  const { text, detail } = tell(told, testCase);
  return {
    kind: outcome === 'errored' ? 'test_error' : 'test_failure',
    severity: TEST_SEVERITY[outcome],
    level: outcome === 'flaky' ? 'warning' : 'error',
    text,
    detail,
    place: placeOf(told.text),
    test: toTestDetail(testCase, outcome),
    extra: { ...(told.type !== '' && { type: told.type }), ...testCase.others },
  };
}

function outcomeOf(problems: readonly TestProblem[]): 'failed' | 'errored' | 'flaky' {
  const final = problems.map(({ element }) => PROBLEM_ELEMENTS[element]).filter(({ isFinal }) => isFinal);
  if (final.length === 0) return 'flaky';
  return final.some(({ outcome }) => outcome === 'failed') ? 'failed' : 'errored';
}

/** The stated message, or the first line of the explanation; ctest leaves both empty and puts everything into the output. */
function tell(problem: TestProblem, testCase: TestCase): { text: string; detail: string } {
  const others = testCase.problems.filter((other) => other !== problem && other.text.trim() !== '');
  const rest = [...others.map((other) => other.text.trim()), outputOf(testCase)].filter(
    (part) => part !== '',
  );
  const message = problem.message.trim();
  const body = problem.text.replace(/^\s*\n/, '').trimEnd();
  const isRepeated = message === '' || body.trimStart().startsWith(message);
  const text = isRepeated ? body : `${message}\n${body}`;
  if (text.trim() !== '') return { text, detail: rest.join('\n') };
  return { text: `${testCase.name} ${PROBLEM_ELEMENTS[problem.element].outcome}`, detail: rest.join('\n') };
}

function outputOf({ output }: TestCase): string {
  return output.trim() === '' ? '' : `--- output ---\n${output.trim().slice(0, DETAIL_CHARS_MAX)}`;
}

function toTestDetail(testCase: TestCase, outcome: TestDetail['outcome']): TestDetail {
  const detail: TestDetail = { name: testCase.name, outcome };
  if (testCase.suite !== '') detail.suite = testCase.suite;
  const durationMs = readSeconds(testCase.time);
  if (durationMs !== undefined) detail.duration_ms = durationMs;
  if (testCase.problems.length > 1 || outcome === 'flaky') detail.tries = testCase.problems.map(toTry);
  return detail;
}

function toTry({ element, message, type, text }: TestProblem): TestTry {
  const one: TestTry = { outcome: PROBLEM_ELEMENTS[element].outcome, message: (message || text).trim() };
  if (type !== '') one.type = type;
  return one;
}

/** `1.5`, `1,234.5` (surefire groups thousands), `0,5` (a German JVM) → milliseconds. */
function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '' || text.length > 30) return undefined;
  const seconds = Number(text.includes('.') ? text.replaceAll(',', '') : text.replace(',', '.'));
  return Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1000) : undefined;
}
