import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { CUT_OFF, NO_TESTS, readCounts } from '../test-claims.ts';
import { toTestDraft } from '../test-draft.ts';
import { tellSuiteFailure } from '../suite-failure.ts';

/** `FAIL project test/a.test.js (5.1 s)`; in colour the word has a margin. */
const FILE = /^ ?(?:FAIL|PASS) {1,2}(?:\S{1,100} )?(?<file>\S{1,400}\.[cm]?[jt]sx?)(?: \(.{1,60}\))?$/;
const BLOCK = /^ {2}● (?<title>\S.{0,3000})$/;
const SUITE_FAILED = 'Test suite failed to run';
/** Blocks of what a program printed, and of what jest itself has to say. */
const NO_TEST =
  /^(?:Console|Validation Warning|Validation Error|Deprecation Warning|Cannot log after tests are done)/;

const BLOCK_LINES_MAX = 5 * CONTINUATION_LINES_MAX;

export function createJestParser(collector: LogCollector): LogParser {
  let file: string | undefined;
  let open: { title: string; lines: string[]; logLine: number } | undefined;
  let isRunning = false;
  /** With many files jest prints all failures once more at the end. */
  let isRepeating = false;
  let parsed = { failures: 0 };

  const closeBlock = () => {
    if (open === undefined) return;
    const { title, lines, logLine } = open;
    open = undefined;
    if (isRepeating || file === undefined || NO_TEST.test(title)) return;
    if (title === SUITE_FAILED) {
      const told = tellSuiteFailure(lines);
      return collector.add(
        toTestDraft({ file, name: file, outcome: 'errored', ...told, logLine }, collector),
      );
    }
    parsed.failures += 1;
    collector.add(toTestDraft({ file, name: title, outcome: 'failed', lines, logLine }, collector));
  };

  const closeRun = (draft: Parameters<LogCollector['closeRun']>[0]) => {
    closeBlock();
    collector.closeRun(draft);
    file = undefined;
    isRunning = false;
    isRepeating = false;
    parsed = { failures: 0 };
  };

  const follow = (line: LogLine) => {
    if (open === undefined) return 'ignored';
    const isInside = line.head === '' || line.head.startsWith('  ');
    if (!isInside || open.lines.length >= BLOCK_LINES_MAX) {
      closeBlock();
      return 'ignored';
    }
    open.lines.push(line.text.slice(4));
    return 'reading';
  };

  return {
    line: (line) => {
      const stated = FILE.exec(line.head)?.groups;
      if (stated !== undefined) {
        closeBlock();
        isRunning = true;
        file = stated.file;
        return 'taken';
      }
      const title = BLOCK.exec(line.head)?.groups?.title;
      if (title !== undefined && file !== undefined) {
        closeBlock();
        open = { title, lines: [], logLine: line.number };
        return 'reading';
      }
      if (line.head.startsWith('Summary of all failing tests')) {
        closeBlock();
        isRepeating = isRunning;
      } else if (line.head.startsWith('No tests found, exiting')) {
        closeRun(NO_TESTS);
        return 'taken';
      } else if (/^Tests: {1,8}\d/.test(line.head) && line.head.endsWith(' total')) {
        const { failed = 0, total = 0 } = readCounts(line.head);
        closeBlock();
        closeRun({ completeness: 'complete', claimed: { tests: total, failures: failed }, parsed });
        return 'taken';
      }
      return follow(line);
    },
    end: () => {
      closeBlock();
      if (isRunning) closeRun({ ...CUT_OFF, parsed });
    },
  };
}
