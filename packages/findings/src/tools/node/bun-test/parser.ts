import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { CUT_OFF, NO_TESTS } from '../test-claims.ts';
import { toTestDraft } from '../test-draft.ts';

const BANNER = /^bun test v(?<version>\d[\w.-]{0,60})/;
const FILE = /^(?:::group::)?(?<file>\S.{0,400}\.[cm]?[jt]sx?):$/;
const RESULT = /^(?:\((?<word>pass|fail|skip|todo)\)|(?<mark>[✓✗»✎])) (?<name>\S.{0,3000})$/;
const DURATION = / \[(?<ms>\d{1,9}(?:\.\d{1,6})?)ms\]$/;
const COUNT = /^ {1,8}(?<count>\d{1,9}) (?<word>pass|fail|skip|todo|error)s?$/;
const TOTAL = /^Ran (?<tests>\d{1,9}) tests? across \d{1,9} files?\./;
const STRAY = '# Unhandled error between tests';
const RULER = /^-{10,80}$/;
const ERROR = /^(?:error|[A-Z]\w{0,60}(?:Error|Exception))(?::|$)/;
const BLOCK_LINES_MAX = 5 * CONTINUATION_LINES_MAX;

type Held = { name: string; durationMs: number | undefined; logLine: number };

/** What bun says of a failure comes before the line that names the test, the reason of a timeout after it. */
export function createBunTestParser(collector: LogCollector): LogParser {
  let version: string | undefined;
  let file: string | undefined;
  let lines: string[] = [];
  let held: Held | undefined;
  let stray: { rulers: number; logLine: number } | undefined;
  let counts: Record<string, number> = {};
  let parsed = { failures: 0, errors: 0 };
  /** Many failures are listed once more at the end. */
  let isRepeating = false;

  const release = () => {
    if (held === undefined) return;
    parsed.failures += 1;
    collector.add(toTestDraft({ ...held, file, outcome: 'failed', lines: fromError(lines) }, collector));
    held = undefined;
    lines = [];
  };

  const closeRun = (draft: Parameters<LogCollector['closeRun']>[0]) => {
    release();
    collector.closeRun({ version, parsed, ...draft });
    version = undefined;
    file = undefined;
    lines = [];
    stray = undefined;
    counts = {};
    parsed = { failures: 0, errors: 0 };
    isRepeating = false;
  };

  const followStray = (block: NonNullable<typeof stray>, line: LogLine) => {
    if (!RULER.test(line.head)) return keep(line.text);
    block.rulers += 1;
    if (block.rulers < 2) return;
    parsed.errors += 1;
    parsed.failures += 1; // bun counts it as both.
    const name = file ?? 'between tests';
    collector.add(
      toTestDraft(
        { file, name, outcome: 'errored', lines: fromError(lines), logLine: block.logLine },
        collector,
      ),
    );
    stray = undefined;
    lines = [];
  };

  const keep = (text: string) => {
    if (lines.length >= BLOCK_LINES_MAX) lines.shift();
    lines.push(text);
  };

  const readResult = (line: LogLine, { word, mark, name = '' }: Record<string, string | undefined>) => {
    release();
    const isFailure = word === 'fail' || mark === '✗';
    if (isFailure && !isRepeating) {
      const ms = DURATION.exec(name)?.groups?.ms;
      held = {
        name: name.replace(DURATION, ''),
        durationMs: ms === undefined ? undefined : Math.round(Number(ms)),
        logLine: line.number,
      };
    } else lines = [];
    return 'reading' as const;
  };

  const readSummary = (head: string): boolean => {
    const count = COUNT.exec(head)?.groups;
    if (count?.word !== undefined) counts[count.word] = Number(count.count);
    return count !== undefined;
  };

  return {
    line: (line) => {
      const { head } = line;
      const banner = BANNER.exec(head)?.groups;
      if (banner !== undefined) {
        if (version !== undefined) closeRun(CUT_OFF);
        version = banner.version;
        return 'reading';
      }
      if (version === undefined) return 'ignored';
      const total = TOTAL.exec(head)?.groups;
      if (total !== undefined) {
        const claimed = { tests: Number(total.tests), failures: counts.fail ?? 0, errors: counts.error ?? 0 };
        closeRun({ completeness: 'complete', claimed });
        return 'taken';
      }
      if (head === 'No tests found!') {
        closeRun({ ...NO_TESTS });
        return 'taken';
      }
      if (stray !== undefined) {
        followStray(stray, line);
        return 'reading';
      }
      const result = RESULT.exec(head)?.groups;
      if (result !== undefined) return readResult(line, result);
      // `  ^ this test timed out after 20ms.`
      if (held !== undefined && head.startsWith('  ^ ')) lines = [line.text.slice(4)];
      release();
      if (/^\d{1,9} tests (?:failed|skipped|todo):$/.test(head)) isRepeating = true;
      if (readSummary(head)) return 'reading';
      const stated = FILE.exec(head)?.groups;
      if (stated !== undefined) {
        file = stated.file;
        lines = [];
        return 'reading';
      }
      if (head === STRAY) {
        stray = { rulers: 0, logLine: line.number };
        lines = [];
        return 'reading';
      }
      keep(line.text);
      return 'watching';
    },
    end: () => {
      if (version !== undefined) closeRun(CUT_OFF);
    },
  };
}

/** The code frame comes first; the words of the error lead, the frame follows. */
function fromError(lines: readonly string[]): string[] {
  const start = lines.findIndex((line) => ERROR.test(line.slice(0, 200)));
  return start < 0 ? [...lines] : [...lines.slice(start), ...lines.slice(0, start)];
}
