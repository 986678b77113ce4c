import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { findRubyFrame } from '../frames.ts';

const HEADING = /^(?: {2}\d{1,6}\) )?(?<word>Failure|Error|Skipped):$/;
const TEST =
  /^(?<suite>[^#]{1,300})#(?<name>[^[]{1,300}?)(?: \[(?<path>[^\]:]{1,400}):(?<line>\d{1,7})\])?:$/;
const SUMMARY =
  /^(?<tests>\d{1,7}) runs, \d{1,7} assertions, (?<failures>\d{1,7}) failures, (?<errors>\d{1,7}) errors, (?<skips>\d{1,7}) skips/;
const BLOCK_LINES_MAX = 5 * CONTINUATION_LINES_MAX;

type Open = {
  word: string;
  logLine: number;
  test?: { suite: string; name: string; path?: string | undefined; line: number };
  lines: string[];
};

/** Each failure has a heading and the name of its test; the run ends with the line that counts. */
export function createMinitestParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  const parsed = { failures: 0, errors: 0 };

  const close = () => {
    if (open?.test !== undefined && open.word !== 'Skipped') {
      parsed[open.word === 'Error' ? 'errors' : 'failures'] += 1;
      collector.add(toDraft(open, collector));
    }
    open = undefined;
  };

  const finish = (groups: Record<string, string | undefined>) => {
    close();
    const tests = Number(groups.tests);
    const claimed = {
      tests,
      failures: Number(groups.failures),
      errors: Number(groups.errors),
      skipped: Number(groups.skips),
    };
    collector.closeRun(
      tests === 0
        ? { completeness: 'complete', claimed, parsed: { tests: 0 }, note: 'no test ran' }
        : { completeness: 'complete', claimed, parsed: { ...parsed } },
    );
    parsed.failures = 0;
    parsed.errors = 0;
  };

  const readBlock = (line: LogLine): LineVerdict => {
    if (open === undefined) return 'ignored';
    if (open.test !== undefined) {
      open.lines.push(line.text);
      if (open.lines.length < BLOCK_LINES_MAX) return 'reading';
      close();
      return 'taken';
    }
    const groups = TEST.exec(line.head)?.groups;
    if (groups?.suite === undefined || groups.name === undefined) {
      open = undefined; // Somebody else's heading.
      return 'ignored';
    }
    open.test = {
      suite: groups.suite,
      name: groups.name,
      path: groups.path,
      line: Number(groups.line),
    };
    return 'reading';
  };

  return {
    line: (line) => {
      const word = HEADING.exec(line.head)?.groups?.word;
      if (word !== undefined) {
        close();
        open = { word, logLine: line.number, lines: [] };
        return 'watching';
      }
      const summary = SUMMARY.exec(line.head)?.groups;
      if (summary === undefined) return readBlock(line);
      finish(summary);
      return 'taken';
    },
    end: close,
  };
}

function toDraft({ word, logLine, test, lines }: Open, collector: LogCollector): FindingDraft {
  const outcome = word === 'Error' ? 'errored' : 'failed';
  const text = lines.join('\n').trim();
  const stated = test?.path === undefined ? undefined : { path: test.path, region: { line: test.line } };
  return {
    kind: outcome === 'errored' ? 'test_error' : 'test_failure',
    severity: TEST_SEVERITY[outcome],
    level: 'error',
    text: text === '' ? `${test?.name} ${outcome}` : joinExpectation(text),
    place: stated ?? findRubyFrame(lines, collector.resolve),
    test: { suite: test?.suite ?? '', name: test?.name ?? '', outcome },
    logLine,
  };
}

/** `Expected: 3` and `Actual: 4` say nothing without each other. */
function joinExpectation(text: string): string {
  return text.replace(/^(Expected: [^\n]{0,300})\n\s{0,10}(Actual: [^\n]{0,300})/, '$1, $2');
}
