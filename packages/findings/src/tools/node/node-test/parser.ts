import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { CUT_OFF, NO_TESTS } from '../test-claims.ts';
import { type FailedTest, toTestDraft } from '../test-draft.ts';
import { createTestTree } from './test-tree.ts';

const TOTAL =
  /^ℹ (?<word>tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) (?<count>\d{1,12})(?:\.\d{1,9})?$/;
const FAILING = '✖ failing tests:';
const PLACE = /^test at (?<path>\S.{0,500}?):(?<line>\d{1,7}):(?<col>\d{1,7})$/;
const TITLE = /^✖ (?<label>\S.{0,3000})$/;
const DURATION = / \((?<ms>\d{1,10}(?:\.\d{1,9})?)ms\)$/;
const BLOCK_LINES_MAX = 5 * CONTINUATION_LINES_MAX;

type Open = { place: NonNullable<FailedTest['place']>; label?: string; lines: string[]; logLine: number };

/** A tree of all tests, totals, then each failure once more with its place and its words. */
export function createNodeTestParser(collector: LogCollector): LogParser {
  const tree = createTestTree();
  let claimed: Record<string, number> = {};
  let failures = 0;
  /** The totals have been read: they decide how many failures are to come. */
  let isListing = false;
  let open: Open | undefined;

  const closeBlock = () => {
    if (open?.label === undefined) return;
    const { label, place, lines, logLine } = open;
    open = undefined;
    failures += 1;
    const ms = DURATION.exec(label)?.groups?.ms;
    const name = tree.take(label) ?? label.replace(DURATION, '');
    const durationMs = ms === undefined ? undefined : Math.round(Number(ms));
    // A file that broke is told as a test of its own name; what it said stands above, in the log.
    const isFile = name === place.path;
    const outcome = isFile || isHookFault(lines) ? 'errored' : 'failed';
    collector.add(
      toTestDraft(
        { file: place.path, name, outcome, durationMs, place, lines: unquote(lines), logLine },
        collector,
      ),
    );
  };

  const closeRun = (draft: Pick<Parameters<LogCollector['closeRun']>[0], 'completeness' | 'note'>) => {
    closeBlock();
    open = undefined;
    collector.closeRun({ ...draft, claimed: toClaims(claimed), parsed: { failures } });
    tree.clear();
    claimed = {};
    failures = 0;
    isListing = false;
  };

  const settleTotals = () => {
    const bad = (claimed.fail ?? 0) + (claimed.cancelled ?? 0);
    const note = claimed.tests === 0 ? NO_TESTS.note : undefined;
    if (bad === 0)
      closeRun(note === undefined ? { completeness: 'complete' } : { completeness: 'complete', note });
    else isListing = true;
  };

  const followBlock = (block: Open, line: LogLine) => {
    const label = block.label === undefined ? TITLE.exec(line.head)?.groups?.label : undefined;
    if (label !== undefined) block.label = label;
    else if (block.label === undefined) return false;
    else if (line.head !== '' && !line.head.startsWith('  ')) return false;
    else if (block.lines.length < BLOCK_LINES_MAX) block.lines.push(line.text.slice(2));
    return true;
  };

  return {
    line: (line) => {
      const { head } = line;
      const total = TOTAL.exec(head)?.groups;
      if (total?.word !== undefined) {
        if (isListing) closeRun({ completeness: 'complete' });
        claimed[total.word] = Number(total.count);
        if (total.word === 'duration_ms') settleTotals();
        return 'taken';
      }
      if (isListing) {
        const place = PLACE.exec(head)?.groups;
        if (place?.path !== undefined) {
          closeBlock();
          const region = { line: Number(place.line), col: Number(place.col) };
          open = { place: { path: place.path, region }, lines: [], logLine: line.number };
          return 'reading';
        }
        if (open !== undefined && followBlock(open, line)) return 'reading';
        if (head === '' || head === FAILING) return 'reading';
        closeRun({ completeness: 'complete' });
      }
      return tree.line(head) ? 'taken' : 'ignored';
    },
    end: () => {
      if (isListing) closeRun({ completeness: 'complete' });
      else if (tree.isNodes()) closeRun(CUT_OFF);
    },
  };
}

/** Cancelled tests fail a run like failed ones. */
function toClaims({ tests, fail, cancelled }: Record<string, number>): Record<string, number> | undefined {
  if (tests === undefined) return undefined;
  return { tests, failures: (fail ?? 0) + (cancelled ?? 0) };
}

function isHookFault(lines: readonly string[]): boolean {
  return lines[0]?.startsWith("'test did not finish before its parent and was cancelled'") ?? false;
}

/** Words that are no error are printed as a string of the language. */
function unquote(lines: readonly string[]): string[] {
  return lines.map((line) => /^'(.*)'$/.exec(line.slice(0, 2000))?.[1] ?? line);
}
