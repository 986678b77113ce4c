import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { ISSUES_MAX, type TestIssue, toMilliseconds, toTestDraft } from '../test-draft.ts';
import { createCrashReader } from './crash.ts';
import { readCase, readFailure, readProgress, readSuite, readTotals, type TestName } from './lines.ts';

const NO_TESTS = /^error: no tests found/;

type Run = { outermost: string; tests: number; failures: number; isOver: boolean; isCrashed: boolean };

/** Suites lie inside one another; the outermost one's totals close the run. */
export function createXctestParser(collector: LogCollector): LogParser {
  let run: Run | undefined;
  let test: { name: TestName; issues: TestIssue[] } | undefined;
  let progress = 0;
  const crash = createCrashReader(collector);

  const closeRun = (totals?: { tests: number; failures: number }) => {
    crash.close();
    test = undefined;
    if (run === undefined) return;
    const { tests, failures, isCrashed } = run;
    const note = isCrashed ? 'the tests crashed' : 'the log ends before the totals';
    collector.closeRun({
      claimed: totals,
      parsed: { tests, failures },
      ...(totals === undefined
        ? { completeness: 'partial', note }
        : { completeness: 'complete', note: totals.tests === 0 ? 'no test ran' : undefined }),
    });
    run = undefined;
  };

  const closeTest = (name: TestName, outcome: string, seconds: string | undefined, line: LogLine) => {
    const issues = test?.issues ?? [];
    if (run !== undefined) run.tests++;
    if (outcome === 'failed') {
      collector.add(toTestDraft({ ...name, durationMs: toMilliseconds(seconds) }, issues, line.number));
    }
    test = undefined;
  };

  const readSuiteLine = (line: LogLine): LineVerdict | undefined => {
    const suite = readSuite(line.head);
    if (suite === undefined) return undefined;
    if (suite.event === 'started') {
      if (run?.isCrashed) closeRun();
      run ??= { outermost: suite.name, tests: 0, failures: 0, isOver: false, isCrashed: false };
    } else if (run?.outermost === suite.name) run.isOver = true;
    return 'reading';
  };

  const readTestLine = (line: LogLine): LineVerdict | undefined => {
    const started = readCase(line.head);
    if (started !== undefined) {
      crash.close();
      if (started.event === 'started') test = { name: started.name, issues: [] };
      else closeTest(started.name, started.event, started.seconds, line);
      return 'reading';
    }
    const failure = readFailure(line);
    if (failure === undefined) return undefined;
    if (failure.issue === undefined) return 'reading';
    if (run !== undefined) run.failures++;
    test ??= { name: failure.name, issues: [] };
    if (test.issues.length < ISSUES_MAX) test.issues.push(failure.issue);
    return 'reading';
  };

  const readProgressLine = (line: LogLine): LineVerdict | undefined => {
    const step = readProgress(line.head);
    if (step === undefined) return undefined;
    progress = step.at === 1 ? 1 : progress + 1;
    if (step.at === step.of) {
      const totals = { claimed: { tests: step.of }, parsed: { tests: progress } };
      collector.closeRun({ completeness: 'complete', ...totals });
    }
    return 'taken';
  };

  /** Output of a test in the middle of its run: the rest of a message, or anything else. */
  const readOther = (line: LogLine): LineVerdict => {
    if (test !== undefined && crash.line(line, test.name)) {
      if (run !== undefined) run.isCrashed = true;
      return 'reading';
    }
    const issue = test?.issues.at(-1);
    if (issue !== undefined && issue.detail.length < CONTINUATION_LINES_MAX) issue.detail.push(line.text);
    return run === undefined ? 'ignored' : 'watching';
  };

  return {
    line: (line) => {
      const totals = readTotals(line.head);
      if (totals !== undefined) {
        if (run?.isOver !== true) return run === undefined ? 'taken' : 'reading';
        closeRun(totals);
        return 'taken';
      }
      if (NO_TESTS.test(line.head)) {
        collector.closeRun({
          completeness: 'complete',
          claimed: { tests: 0 },
          parsed: { tests: 0 },
          note: 'no test ran',
        });
        return 'taken';
      }
      return readSuiteLine(line) ?? readTestLine(line) ?? readProgressLine(line) ?? readOther(line);
    },
    end: () => closeRun(),
  };
}
