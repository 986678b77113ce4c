// Shows each line of a log to the tools that may care: one index of all hints looks at every line, a tool's own hint only at
// those that the index gives it. With many tools this is many times faster than asking each tool about each line.
import type { Finding, ToolRun } from '@crafting-table/contracts/finding';
import { createFindingCollector, type FindingCollector } from '../core/finding-collector.ts';
import type { PathResolver } from '../core/repository-path.ts';
import type { LineVerdict, LogFormat, LogLine, LogParser, Tool } from '../core/tool.ts';
import { createHintIndex, type HintIndex } from './hint-index.ts';
import { type ClosedLogCollector, createLogCollector, LOG_ARTIFACT } from './log-collector.ts';

export type LogToolResult = {
  tool: Tool;
  format: string;
  findings: Finding[];
  /** One for each invocation that the parser told of. */
  toolRuns: ToolRun[];
  /** Findings after the last of these invocations, counted with their repetitions. */
  unclosed: number;
  omitted: number;
  isEcho: boolean;
  fault?: string;
};

export type LogRunner = {
  /** True when a parser took the line. */
  line: (line: LogLine) => boolean;
  /**
   * The same line once more without something in front that may hide it. It goes to those whose hint it has, and not to
   * those who are in the middle of something: they have seen it as it was.
   */
  lineAgain: (line: LogLine) => void;
  end: (meta: { exitCode: number | null }) => void;
};

export type LogRunners = {
  /** Opens a stream: parsers of its own, which see nothing of other streams. Findings of all streams go together. */
  open: () => LogRunner;
  results: () => LogToolResult[];
};

/** A format and everything that all streams together found in it. */
type Reading = { tool: Tool; format: LogFormat; collector: FindingCollector; streams: Entry[] };

type Entry = {
  format: LogFormat;
  parser: LogParser;
  collector: ClosedLogCollector;
  wantsNext: boolean;
  fault?: string;
};

export function createLogRunners(
  tools: readonly Tool[],
  context: { subproject: string; resolve: PathResolver },
): LogRunners {
  const readings = tools
    .flatMap((tool) => (tool.logs ?? []).map((format) => openReading(tool, format, context)))
    .toSorted((a, b) => Number(a.format.isFallback ?? false) - Number(b.format.isFallback ?? false));
  const index = createHintIndex(readings.map(({ format }) => format.hint));
  return {
    open: () => createLogRunner(readings.map(openEntry), index),
    results: () => readings.map(toResult),
  };
}

/** `index`: of the hints of these very entries, in their order. */
function createLogRunner(entries: readonly Entry[], index: HintIndex): LogRunner {
  const { marks } = index;
  let waiting: number[] = entries.flatMap(({ wantsNext }, position) => (wantsNext ? [position] : []));
  return {
    line: (line) => {
      const hinted = index.mark(line.head);
      if (!hinted && waiting.length === 0) return false;
      const asked = hinted ? inOrder(index.marked(), waiting) : waiting;
      waiting = [];
      let isTaken = false;
      for (const position of asked) {
        const entry = entries[position]!; // The index and the list name only what is there.
        if (!entry.wantsNext && !entry.format.hint.test(line.head)) continue;
        const verdict: LineVerdict = isTaken && entry.format.isFallback ? 'ignored' : show(entry, line);
        const isReading = verdict === 'reading' || verdict === 'watching';
        entry.wantsNext = isReading || entry.format.seesEveryLine === true;
        if (entry.wantsNext) waiting.push(position);
        isTaken ||= verdict === 'taken' || verdict === 'reading';
      }
      return isTaken;
    },
    lineAgain: (line) => {
      if (!index.mark(line.head)) return;
      for (const [position, entry] of entries.entries()) {
        if (entry.wantsNext || marks[position] !== 1 || !entry.format.hint.test(line.head)) continue;
        const verdict = show(entry, line);
        entry.wantsNext = verdict === 'reading' || verdict === 'watching';
        if (entry.wantsNext) waiting = inOrder(waiting, [position]);
        if (verdict === 'taken' || verdict === 'reading') return;
      }
    },
    end: (meta) => {
      for (const entry of entries) finish(entry, meta);
    },
  };
}

function openReading(
  tool: Tool,
  format: LogFormat,
  context: { subproject: string; resolve: PathResolver },
): Reading {
  const source = { artifact: LOG_ARTIFACT, format: format.format };
  return {
    tool,
    format,
    collector: createFindingCollector({ tool: tool.family, source, ...context }),
    streams: [],
  };
}

function openEntry({ format, collector, streams }: Reading): Entry {
  const own = createLogCollector(collector, format.format);
  const entry: Entry = {
    format,
    parser: format.createParser(own),
    collector: own,
    wantsNext: format.seesEveryLine ?? false,
  };
  streams.push(entry);
  return entry;
}

function toResult({ tool, format, collector, streams }: Reading): LogToolResult {
  const ends = streams.map((stream) => stream.collector.finish());
  const result: LogToolResult = {
    tool,
    format: format.format,
    findings: collector.list(),
    toolRuns: ends.flatMap(({ toolRuns }) => toolRuns),
    unclosed: ends.reduce((sum, { unclosed }) => sum + unclosed, 0),
    omitted: collector.omitted(),
    isEcho: format.isEcho ?? false,
  };
  const fault = streams.find((stream) => stream.fault !== undefined)?.fault;
  return fault === undefined ? result : { ...result, fault };
}

/** Each position once, the lowest first: fallbacks come last. */
function inOrder(some: readonly number[], others: readonly number[]): number[] {
  if (some.length === 1 && others.length === 0) return [...some];
  return [...new Set([...some, ...others])].sort((a, b) => a - b);
}

function show(entry: Entry, line: LogLine): LineVerdict {
  if (entry.fault !== undefined) return 'ignored';
  try {
    return entry.parser.line(line);
  } catch (cause) {
    fail(entry, cause);
    return 'ignored';
  }
}

function finish(entry: Entry, meta: { exitCode: number | null }): void {
  if (entry.fault !== undefined) return;
  try {
    entry.parser.end(meta);
  } catch (cause) {
    fail(entry, cause);
  }
}

/** A fault of one parser is that parser's fault only: it is told to people, and the other tools read on. */
function fail(entry: Entry, cause: unknown): void {
  entry.fault = `the parser failed: ${cause instanceof Error ? cause.message : String(cause)}`;
}
