import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { LogCollector, LogLine, LogParser, ReportFile, ReportReader } from '../../../core/tool.ts';
import { createLineSplitter } from '../../../engine/line-splitter.ts';
import { createTapRun, type TapRun } from './tap-run.ts';
import { depthOf, readTapLine } from './tap-line.ts';

/** Foreign lines in a row inside a stream: a test prints, but not without end. */
const FOREIGN_LINES_MAX = 10_000;

/** A stream begins with a version or a plan that test points follow, and ends when all that was planned has come. */
export function createTapParser(collector: LogCollector): LogParser {
  let run: TapRun | undefined;
  let foreign = 0;

  const close = () => {
    if (run === undefined) return;
    // A plan without a single point is a number somebody printed, but for `1..0`.
    if (run.hasPoints() || run.isFulfilled()) {
      const { drafts, run: toolRun } = run.close(collector.resolve);
      for (const draft of drafts) collector.add(draft);
      collector.closeRun(toolRun);
    }
    run = undefined;
    foreign = 0;
  };

  return {
    line: (line) => {
      if (startsStream(line, run)) {
        close();
        run = createTapRun();
      }
      if (run === undefined) return 'ignored';
      const isFulfilled = run.isFulfilled();
      if (run.line(line)) {
        foreign = 0;
        return run.hasPoints() ? 'reading' : 'watching';
      }
      foreign += 1;
      if ((isFulfilled && line.head.trim() !== '') || foreign > FOREIGN_LINES_MAX) close();
      return run === undefined ? 'ignored' : 'watching';
    },
    end: close,
  };
}

/** A second version line or a second plan is a second stream. */
function startsStream({ head }: LogLine, run: TapRun | undefined): boolean {
  if (depthOf(head) > 0) return false;
  const kind = readTapLine(head)?.kind;
  if (kind === 'version') return true;
  return kind === 'plan' && (run === undefined || run.hasPlan());
}

/** A line of a file is no line of the log. */
function withoutLogLine(draft: FindingDraft): FindingDraft {
  const { logLine: _, ...rest } = draft;
  return rest;
}

/** A file of TAP. One whose last line has no end was cut off. */
export function parseTapFile(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('tap');
  const run = createTapRun();
  const splitter = createLineSplitter((line) => run.line(line));
  splitter.feed(file.bytes);
  splitter.end();
  const lastLineEnds = file.bytes.at(-1) === 0x0a;
  const { drafts, run: toolRun } = run.close(collector.resolve, !lastLineEnds || !run.isWhole());
  for (const draft of drafts) collector.add(withoutLogLine(draft));
  const isCut = !lastLineEnds && toolRun.completeness === 'complete';
  const cut = { completeness: 'partial', note: 'the last line is cut off' } as const;
  reader.close(collector, isCut ? { ...toolRun, ...cut } : toolRun);
}
