import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { createTestPackage, packageDraft, type TestPackage } from './test-package.ts';
import { createTestRun } from './test-run.ts';

const RESULT =
  /^(?<indent> {0,40})--- (?<word>FAIL|PASS|SKIP): (?<name>\S{1,1000}) \((?<seconds>\d{1,7}\.\d\d)s\)$/;
const TURN = /^=== (?:RUN|NAME|CONT|PAUSE) {2,3}(?<name>\S{0,1000})$/;
const PACKAGE =
  /^(?<word>ok {2}|FAIL|\? {3})\t(?<name>\S{1,500})(?:\t(?:\d{1,7}\.\d{1,3}s|\(cached\))(?<tail>(?:\t| \[).{0,200})?|(?: |\t)\[(?<reason>[a-z ]{1,40})\])$/;

/** The package is named after its tests, so that what it said is held back until then. */
export function createGoTestParser(collector: LogCollector): LogParser {
  const run = createTestRun(collector);
  let open: TestPackage | undefined;
  let test: string | undefined;

  const leave = () => {
    open = undefined;
    test = undefined;
  };

  const closePackage = (groups: Record<string, string | undefined>, line: LogLine): LineVerdict => {
    const { word, name = '', tail, reason } = groups;
    if (reason === 'build failed' || reason === 'setup failed') {
      collector.add({ ...packageDraft(name, reason), logLine: line.number });
      run.add({ failures: 1, hadTests: true });
    } else {
      const result = word === 'FAIL' ? 'failed' : 'passed';
      const tests = open ?? createTestPackage();
      const { failures } = tests.close(withLine(collector, line), { name, result });
      const isEmpty = reason === 'no test files' || (tail ?? '').includes('[no tests to run]');
      run.add({ failures, hadTests: !isEmpty });
    }
    leave();
    return 'reading';
  };

  const readResult = ({ word, name = '', seconds }: Record<string, string | undefined>, line: LogLine) => {
    open ??= createTestPackage();
    if (word === 'FAIL') open.fail(name, Math.round(Number(seconds) * 1000), line.number);
    else open.leave(name);
    test = word === 'FAIL' ? name : undefined;
    return 'reading' as const;
  };

  return {
    line: (line) => {
      const { head } = line;
      const ended = PACKAGE.exec(head)?.groups;
      if (ended !== undefined) return closePackage(ended, line);
      const result = RESULT.exec(head)?.groups;
      if (result !== undefined) return readResult(result, line);
      const turn = TURN.exec(head)?.groups?.name;
      if (turn !== undefined) {
        open ??= createTestPackage();
        test = turn === '' ? undefined : turn;
        return 'reading';
      }
      if (open === undefined) {
        if (head === 'FAIL') {
          if (!run.hasPackages()) return 'watching';
          run.close({ completeness: 'complete' });
          return 'taken';
        }
        const tests = createTestPackage();
        if (!tests.line(line.text, undefined, line.number)) return 'ignored';
        open = tests;
        return 'reading';
      }
      // Nobody but a package prints without an indent after the runtime's last words.
      const isTrace = open.line(line.text, test, line.number);
      if (/^(?:FAIL|PASS)$/.test(head)) test = undefined;
      return isTrace || test !== undefined ? 'reading' : 'watching';
    },
    end: ({ exitCode }) => {
      if (open?.hasContent()) {
        const { failures } = open.close(collector, { name: '', result: 'cut' });
        // A program that panics outside of a test is no invocation of go test.
        if (failures === 0) return;
        run.add({ failures, hadTests: true });
        run.close({ completeness: 'partial', note: 'the log ends before the package does' });
      } else if (exitCode === 0) run.close({ completeness: 'complete' });
      else run.close({ completeness: 'unknown', note: 'every package passed, the recipe did not' });
    },
  };
}

/** Findings without a line of their own are told by the line of the package. */
function withLine(collector: LogCollector, line: LogLine): LogCollector {
  return { ...collector, add: (draft) => collector.add({ logLine: line.number, ...draft }) };
}
