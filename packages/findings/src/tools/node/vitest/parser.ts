import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { CUT_OFF, NO_TESTS, readCounts } from '../test-claims.ts';
import { type FailedTest, toTestDraft } from '../test-draft.ts';
import { toToolFault } from '../tool-fault.ts';
import { toStrayDraft } from './stray-error.ts';

const BANNER = /^ RUN  v(?<version>\d[\w.-]{0,60})/;
/** ` FAIL  |project| test/a.test.ts > suite > test`, ` FAIL  test/a.test.ts [ test/a.test.ts ]`. */
const FAIL =
  /^ FAIL  (?:\|[^|]{1,100}\| )?(?<file>\S.{0,400}?\.[cm]?[jt]sx?)(?: > (?<name>.{1,3000})| \[ .{1,1000} \])?$/;
const SECTION = /^⎯{3,60} (?<title>[A-Z][\w ]{2,60}?)(?: (?<count>\d{1,7}))? ⎯{3,60}$/;
const RULER = /^⎯{10,100}(?:\[\d{1,7}\/\d{1,7}\]⎯{1,3})?$/;
const TOTAL = /^ {1,10}(?<what>Test Files|Tests|Errors|Duration) {2}(?<counts>.{1,300})$/;

/** Nothing is printed behind an error that kept vitest from starting. */
const TRACE_END = /^ {4,8}at |^\}$/;

type Block = {
  kind: 'tests' | 'stray' | 'startup';
  tests: { file: string; name?: string }[];
  lines: string[];
};
type Open = Block & { logLine: number; isSuite: boolean };

/** Lines of one failure: a difference of two objects may be long. */
const BLOCK_LINES_MAX = 5 * CONTINUATION_LINES_MAX;

export function createVitestParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let section = '';
  let version: string | undefined;
  let isRunning = false;
  let isFailed = false;
  let claimed: Record<string, number> = {};
  let parsed = { failures: 0, errors: 0 };

  const reset = () => {
    section = '';
    version = undefined;
    isRunning = false;
    isFailed = false;
    claimed = {};
    parsed = { failures: 0, errors: 0 };
  };

  const closeBlock = () => {
    if (open === undefined) return;
    const { kind, tests, lines, logLine, isSuite } = open;
    open = undefined;
    if (kind === 'startup') {
      isFailed = true;
      collector.add(toToolFault(lines.join('\n'), logLine));
    } else if (kind === 'stray') {
      parsed.errors += 1;
      collector.add(toStrayDraft(lines, logLine, collector.resolve));
    }
    for (const { file, name } of tests) {
      const outcome: FailedTest['outcome'] = isSuite ? 'errored' : 'failed';
      if (!isSuite) parsed.failures += 1;
      collector.add(toTestDraft({ file, name: name ?? file, outcome, lines, logLine }, collector));
    }
  };

  const closeRun = (draft: Parameters<LogCollector['closeRun']>[0]) => {
    closeBlock();
    collector.closeRun(isFailed ? { ...draft, completeness: 'failed', note: 'vitest did not start' } : draft);
    reset();
  };

  const openSection = (title: string, line: LogLine): LineVerdict => {
    closeBlock();
    section = title;
    const kind = title === 'Startup Error' ? 'startup' : 'stray';
    const isError =
      title === 'Startup Error' || /^(?:Unhandled Rejection|Uncaught Exception|Unhandled Error)$/.test(title);
    if (!isError) return 'taken';
    isRunning = true;
    open = { kind, tests: [], lines: [], logLine: line.number, isSuite: false };
    return 'reading';
  };

  const openTest = (test: { file: string; name?: string }, line: LogLine): LineVerdict => {
    // Tests that failed in one and the same way are listed above one explanation.
    if (open === undefined || open.lines.length > 0 || open.kind !== 'tests') {
      closeBlock();
      open = {
        kind: 'tests',
        tests: [],
        lines: [],
        logLine: line.number,
        isSuite: section === 'Failed Suites',
      };
    }
    open.tests.push(test);
    return 'reading';
  };

  const readTotal = (what: string, counts: string): LineVerdict => {
    if (!isRunning) return 'ignored';
    closeBlock();
    const { failed = 0 } = readCounts(counts);
    if (what === 'Tests') {
      const total = /\((\d{1,9})\)$/.exec(counts)?.[1];
      claimed.tests = total === undefined ? 0 : Number(total);
      claimed.failures = failed;
    } else if (what === 'Errors') {
      claimed.errors = Number.parseInt(counts, 10) || 0;
    } else if (what === 'Duration') {
      const note = claimed.tests === 0 ? NO_TESTS.note : undefined;
      closeRun({ completeness: 'complete', version, claimed, parsed, note });
    }
    return 'taken';
  };

  return {
    line: (line) => {
      const { head } = line;
      const banner = BANNER.exec(head)?.groups;
      if (banner !== undefined) {
        if (isRunning) closeRun({ ...CUT_OFF, version, parsed });
        isRunning = true;
        version = banner.version;
        return 'taken';
      }
      const title = SECTION.exec(head)?.groups?.title;
      if (title !== undefined) return openSection(title, line);
      const fail = FAIL.exec(head)?.groups;
      if (fail?.file !== undefined && isRunning) {
        return openTest(
          fail.name === undefined ? { file: fail.file } : { file: fail.file, name: fail.name },
          line,
        );
      }
      const total = TOTAL.exec(head)?.groups;
      if (total?.what !== undefined) return readTotal(total.what, total.counts ?? '');
      if (head.startsWith('No test files found, exiting')) {
        if (!isRunning) return 'ignored';
        closeRun({ ...NO_TESTS, version });
        return 'taken';
      }
      if (open === undefined) return 'ignored';
      if (RULER.test(head)) {
        closeBlock();
        return 'taken';
      }
      if (open.kind === 'startup' && head === '' && TRACE_END.test(open.lines.at(-1) ?? '')) {
        closeRun({ completeness: 'failed', version });
        return 'taken';
      }
      if (open.lines.length < BLOCK_LINES_MAX) open.lines.push(line.text);
      else closeBlock();
      return open === undefined ? 'ignored' : 'reading';
    },
    end: () => {
      closeBlock();
      if (isRunning) closeRun({ ...CUT_OFF, version, parsed });
    },
  };
}
