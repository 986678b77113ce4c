import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { failureToDraft } from './failure.ts';
import { readFailureBlock } from './failure-block.ts';

const NUMBER = /^ {2}(?<number>\d{1,7})\) (?<name>\S.{0,1000})$/;
const OUTSIDE =
  /^An error occurred (?:while loading (?<path>\S{1,400})\.|in an? `(?<hook>[^`]{1,100})` hook\.)$/;
const SUMMARY =
  /^(?<tests>\d{1,7}) examples?, (?<failures>\d{1,7}) failures?(?:, (?<pending>\d{1,7}) pending)?(?:, (?<errors>\d{1,7}) errors? occurred outside of examples)?$/;
const BLOCK_LINES_MAX = 5 * CONTINUATION_LINES_MAX;

type Open = {
  name: string;
  outcome: 'failed' | 'errored';
  path?: string | undefined;
  logLine: number;
  lines: string[];
};

/** Errors outside of examples come first, then the list of failures, then the line that counts. */
export function createRspecParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let isListing = false;
  let failures = 0;
  let errors = 0;

  const close = () => {
    if (open === undefined) return;
    const { name, outcome, path, logLine, lines } = open;
    open = undefined;
    if (outcome === 'errored') errors += 1;
    else failures += 1;
    const place = path === undefined ? undefined : { path };
    collector.add(failureToDraft({ name, outcome, place, logLine, ...readFailureBlock(lines) }, collector));
  };

  const finish = (groups: Record<string, string | undefined>) => {
    close();
    const claimed = {
      tests: Number(groups.tests),
      failures: Number(groups.failures),
      errors: Number(groups.errors ?? 0),
    };
    const isEmpty = claimed.tests === 0;
    collector.closeRun({
      completeness: claimed.errors > 0 ? 'partial' : 'complete',
      claimed,
      parsed: isEmpty ? { failures, errors, tests: 0 } : { failures, errors },
      note: isEmpty ? 'no test ran' : claimed.errors > 0 ? 'not every file could be loaded' : undefined,
    });
    isListing = false;
    failures = 0;
    errors = 0;
  };

  const readOther = (line: LogLine): LineVerdict => {
    const heading = isListing ? NUMBER.exec(line.head)?.groups : undefined;
    // Counting keeps a list in the words of a failure from being taken for the next one.
    if (heading?.name !== undefined && Number(heading.number) === failures + (open === undefined ? 1 : 2)) {
      close();
      open = { name: heading.name, outcome: 'failed', logLine: line.number, lines: [] };
      return 'reading';
    }
    if (open === undefined) return isListing && line.head.trim() === '' ? 'watching' : 'ignored';
    if (open.lines.length < BLOCK_LINES_MAX) open.lines.push(line.text);
    return 'reading';
  };

  return {
    line: (line) => {
      const summary = SUMMARY.exec(line.head)?.groups;
      if (summary !== undefined) {
        finish(summary);
        return 'taken';
      }
      if (line.head === 'Failures:') {
        close();
        isListing = true;
        return 'watching';
      }
      if (line.head.startsWith('Finished in ')) {
        close();
        return 'ignored';
      }
      const outside = OUTSIDE.exec(line.head)?.groups;
      if (outside === undefined) return readOther(line);
      close();
      const name = outside.path ?? outside.hook ?? '';
      open = { name, outcome: 'errored', path: outside.path, logLine: line.number, lines: [] };
      return 'reading';
    },
    end: () => {
      close();
      if (failures + errors === 0) return;
      const note = 'the log ends before the summary';
      collector.closeRun({ completeness: 'partial', parsed: { failures, errors }, note });
    },
  };
}
