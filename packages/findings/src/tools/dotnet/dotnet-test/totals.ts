// The end of a run: one line since .NET 5, a list with `--logger "console;verbosity=normal"`.

export type Totals = { tests: number; failed: number };

const LINE =
  /^(?:Passed|Failed|Skipped)! {1,3}- Failed: {1,10}(?<failed>\d{1,9}), Passed: {1,10}\d{1,9}, Skipped: {1,10}\d{1,9}, Total: {1,10}(?<tests>\d{1,9}), /;
const TOTAL = /^Total tests: (?<tests>\d{1,9})$/;
const PART = /^ {1,8}(?<what>Passed|Failed|Skipped): (?<count>\d{1,9})$/;
const TIME = /^ {0,4}Total time: /;

export type TotalsReader = {
  /** `more`: the list goes on. Other tools begin such lists too, so one counts only inside of a run. */
  line: (line: string, isInRun: boolean) => Totals | 'more' | undefined;
  reset: () => void;
};

export function createTotalsReader(): TotalsReader {
  let list: Totals | undefined;
  return {
    line: (line, isInRun) => {
      const whole = LINE.exec(line)?.groups;
      if (whole !== undefined) return { tests: Number(whole.tests), failed: Number(whole.failed) };
      const tests = !isInRun ? undefined : TOTAL.exec(line)?.groups?.tests;
      if (tests !== undefined) list = { tests: Number(tests), failed: 0 };
      if (list === undefined) return undefined;
      if (TIME.test(line)) return list;
      const part = PART.exec(line)?.groups;
      if (part?.what === 'Failed') list.failed = Number(part.count);
      return part === undefined && tests === undefined ? list : 'more';
    },
    reset: () => {
      list = undefined;
    },
  };
}
