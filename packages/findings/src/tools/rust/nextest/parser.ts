import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { readStatus, type TryStatus } from './status-line.ts';
import { type TriedTest, triedTestToDraft } from './tried-test.ts';

const STARTING = /^ {4}Starting (?<tests>\d{1,7}) tests? across \d/;
const SUMMARY =
  /^ {0,8}Summary \[ {0,8}[\d.]{1,12}s\] (?:(?<begun>\d{1,7})\/)?(?<tests>\d{1,7}) tests? run: (?<counts>.{1,300})$/;
const STREAM = /^ {2}(?:stdout|stderr|output) ───/;
const FAULT =
  /^error: (?<words>(?:profile `[^`]{1,200}` not found|failed to parse nextest config).{0,1000})$/;
const END = /^error: (?:test run failed|no tests to run)/;
/** Between the summary and the end. */
const AFTERWORD = /^(?:\s*$|warning: |─)/;
const OUTPUT_LINES_MAX = 10 * CONTINUATION_LINES_MAX;

type Run = {
  claimed: { tests: number; failures?: number };
  note: string | undefined;
  isSummed: boolean;
  /** By binary and name. */
  tests: Map<string, TriedTest>;
  /** Whose output follows. */
  current: TriedTest | undefined;
  isInStream: boolean;
};

/** A line for each try with its output below it, a summary, and the tests that failed once more. */
export function createNextestParser(collector: LogCollector): LogParser {
  let run: Run | undefined;

  const close = () => {
    if (run === undefined) return;
    const { tests, claimed, isSummed, note } = run;
    run = undefined;
    const drafts = [...tests.values()].flatMap((test) => triedTestToDraft(test, collector) ?? []);
    for (const draft of drafts) collector.add(draft);
    const failures = drafts.filter(({ test }) => test?.outcome !== 'flaky').length;
    const parsed = { tests: tests.size, failures };
    if (!isSummed)
      collector.closeRun({
        completeness: 'partial',
        claimed,
        parsed,
        note: 'the log ends before the summary',
      });
    else if (note !== undefined) collector.closeRun({ completeness: 'partial', parsed, claimed, note });
    else {
      // Tests that pass may be left unsaid.
      const told = { tests: claimed.tests, failures };
      const empty = claimed.tests === 0 ? 'no test ran' : undefined;
      collector.closeRun({ completeness: 'complete', claimed, parsed: told, note: empty });
    }
  };

  const readSummary = (open: Run, groups: Record<string, string | undefined>): LineVerdict => {
    const counts = groups.counts ?? '';
    const count = (words: RegExp) => Number(words.exec(counts)?.groups?.count ?? 0);
    const failures =
      count(/(?<count>\d{1,7}) failed/) +
      count(/(?<count>\d{1,7}) timed out/) +
      count(/(?<count>\d{1,7}) exec failed/);
    open.claimed = { tests: Number(groups.tests), failures };
    open.isSummed = true;
    if (groups.begun !== undefined)
      open.note = `tests that were not run: ${Number(groups.tests) - Number(groups.begun)}`;
    if (failures > 0 || counts.includes('flaky')) return 'reading';
    // What goes well ends here.
    close();
    return 'taken';
  };

  return {
    line: (line) => {
      const starting = STARTING.exec(line.head)?.groups;
      if (starting !== undefined) {
        close();
        run = openRun(Number(starting.tests));
        return 'reading';
      }
      const words = FAULT.exec(line.head)?.groups?.words;
      if (words !== undefined) {
        reportToolFault(collector, { text: words, logLine: line.number });
        return 'taken';
      }
      if (run === undefined) return 'ignored';
      const summary = SUMMARY.exec(line.head)?.groups;
      if (summary !== undefined) return readSummary(run, summary);
      if (END.test(line.head)) {
        close();
        return 'taken';
      }
      const verdict = readTest(run, line);
      if (verdict !== 'watching' || !run.isSummed || AFTERWORD.test(line.head)) return verdict;
      close();
      return 'ignored';
    },
    end: close,
  };
}

function openRun(tests: number): Run {
  return {
    claimed: { tests },
    note: undefined,
    isSummed: false,
    tests: new Map(),
    current: undefined,
    isInStream: false,
  };
}

function readTest(run: Run, line: LogLine): LineVerdict {
  const status = readStatus(line.head);
  if (status !== undefined) {
    run.isInStream = false;
    run.current = recordTry(run, status, line.number);
    return 'reading';
  }
  if (STREAM.test(line.head)) {
    run.isInStream = true;
    return 'reading';
  }
  const isOutput = run.isInStream && /^(?: {4}|\s*$)/.test(line.head);
  if (!isOutput) {
    run.isInStream = false;
    run.current = undefined;
    return 'watching';
  }
  if (run.current !== undefined && run.current.lines.length < OUTPUT_LINES_MAX)
    run.current.lines.push(line.text.slice(4));
  return 'reading';
}

/** The test whose output may follow: after the summary, only one that has none yet. */
function recordTry(run: Run, status: TryStatus, logLine: number): TriedTest | undefined {
  const key = `${status.binary} ${status.name}`;
  const known = run.tests.get(key);
  if (known === undefined) {
    const test: TriedTest = { tries: [status], lines: [], logLine };
    run.tests.set(key, test);
    return test;
  }
  const isRepeated = known.tries.at(-1)?.attempt === status.attempt || /^FL(?:A)?KY/.test(status.word);
  if (run.isSummed || isRepeated) return known.lines.length === 0 ? known : undefined;
  known.tries.push(status);
  if (status.outcome === 'passed') return undefined;
  known.lines = [];
  return known;
}
