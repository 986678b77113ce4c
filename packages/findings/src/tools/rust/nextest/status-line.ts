// `        FAIL [   0.065s] ( 1/10) shop tests::sums_two`: what became of one try of one test.

export type TryStatus = {
  /** The word that nextest uses. */
  word: string;
  outcome: 'passed' | 'failed' | 'errored';
  /** Counts from 1; undefined where tests are tried only once. */
  attempt: number | undefined;
  durationMs: number;
  /** The test binary: the crate, or `crate::integration-test`. */
  binary: string;
  name: string;
};

const STATUS =
  /^ {0,11}(?:TRY (?<attempt>\d{1,4}) )?(?<word>[A-Z][A-Z0-9+/ -]{1,20}?) \[ {0,8}(?<seconds>\d{1,7}\.\d{3})s\] (?:\([^)]{1,20}\) {1,4})?(?<binary>\S{1,300}) {1,4}(?<name>\S.{0,1000})$/;

/** They tell of a test that goes on, or of no test at all. */
const NOT_FINAL = /^(?:SLOW|TERMINATING|TRMNTG|SETUP.*|START|RETRY.*|DELAY.*)$/;
const PASSED = /^(?:PASS|LEAK|FLAKY.*|FLKY.*)$/;
const FAILED = /^(?:FAIL|FAIL \+ LEAK|LEAK-FAIL|LKFAIL|FL\+LK)$/;

/** Undefined for any other line. */
export function readStatus(line: string): TryStatus | undefined {
  const groups = STATUS.exec(line)?.groups;
  if (groups?.word === undefined || groups.binary === undefined || groups.name === undefined)
    return undefined;
  const { word, binary, name, attempt } = groups;
  if (NOT_FINAL.test(word)) return undefined;
  return {
    word,
    outcome: PASSED.test(word) ? 'passed' : FAILED.test(word) ? 'failed' : 'errored',
    attempt: attempt === undefined ? undefined : Number(attempt),
    durationMs: Math.round(Number(groups.seconds) * 1000),
    binary,
    name,
  };
}
