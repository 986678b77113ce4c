import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { NO_TESTS } from '../test-claims.ts';
import { toTestDraft } from '../test-draft.ts';
import { toToolFault } from '../tool-fault.ts';

const TOTAL = /^ {2}(?<count>\d{1,7}) (?<word>passing|pending|failing)(?: \(.{1,30}\))?$/;
const NUMBER = /^ {2}(?<number>\d{1,7}\)) (?<title>\S.{0,1000})$/;
const FRAME = /^ {4,10}at \S/;
const CRASH = /^ ?Exception during run: (?<words>\S.{0,1000})$/;
const BLOCK_LINES_MAX = 5 * CONTINUATION_LINES_MAX;

type Open = { titles: string[]; isNamed: boolean; lines: string[]; logLine: number };

/** Totals, then each failure: its suites, its name with a colon behind it, what was thrown, the trace. */
export function createMochaParser(collector: LogCollector): LogParser {
  let totals: Record<string, number> | undefined;
  let failures = 0;
  let open: Open | undefined;

  const closeBlock = () => {
    if (open === undefined) return;
    const { titles, lines, logLine } = open;
    open = undefined;
    failures += 1;
    const outcome = /^"(?:before|after) (?:all|each)" hook/.test(titles.at(-1) ?? '') ? 'errored' : 'failed';
    collector.add(
      toTestDraft({ name: titles.join(' '), outcome, lines: trimBlank(lines), logLine }, collector),
    );
  };

  const closeRun = () => {
    closeBlock();
    const { passing = 0, pending = 0, failing = 0 } = totals ?? {};
    const tests = passing + pending + failing;
    collector.closeRun({
      completeness: 'complete',
      claimed: { tests, failures: failing },
      parsed: { failures },
      note: tests === 0 ? NO_TESTS.note : undefined,
    });
    totals = undefined;
    failures = 0;
  };

  const followFailures = (line: LogLine, failing: number): LineVerdict => {
    const title = NUMBER.exec(line.head)?.groups;
    // Counting keeps a list in the words of a failure from being taken for the next one.
    if (title?.number === `${failures + (open === undefined ? 1 : 2)})` && title.title !== undefined) {
      closeBlock();
      open = { titles: [], isNamed: false, lines: [], logLine: line.number };
      addTitle(open, title.title);
      return 'reading';
    }
    if (open === undefined) return line.head.trim() === '' ? 'reading' : 'ignored';
    if (!open.isNamed) addTitle(open, line.head.trim());
    else {
      const isOver = line.head === '' && FRAME.test(open.lines.at(-1) ?? '') && failures + 1 >= failing;
      if (isOver || open.lines.length >= BLOCK_LINES_MAX) return 'ignored';
      open.lines.push(line.text);
    }
    return 'reading';
  };

  return {
    line: (line) => {
      const total = TOTAL.exec(line.head)?.groups;
      if (total?.word !== undefined) {
        if (totals?.[total.word] !== undefined) closeRun();
        totals = { ...totals, [total.word]: Number(total.count) };
        return 'reading';
      }
      const crash = CRASH.exec(line.head)?.groups?.words;
      const fault = crash ?? (line.head.startsWith('Error: No test files found') ? line.head : undefined);
      if (fault !== undefined) {
        collector.add(toToolFault(fault, line.number));
        collector.closeRun({ completeness: 'failed', note: fault });
        return 'taken';
      }
      if (totals === undefined) return 'ignored';
      const verdict = totals.failing === undefined ? 'ignored' : followFailures(line, totals.failing);
      if (verdict === 'ignored') closeRun();
      return verdict;
    },
    end: () => {
      if (totals !== undefined) closeRun();
    },
  };
}

function addTitle(open: Open, title: string): void {
  open.isNamed = title.endsWith(':') || open.titles.length >= CONTINUATION_LINES_MAX;
  open.titles.push(open.isNamed ? title.replace(/:$/, '') : title);
}

function trimBlank(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^ {5,6}/, ''));
}
