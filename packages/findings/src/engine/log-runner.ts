// Shows each line of a log to the tools that may care: one index of all hints looks at every line, a tool's own hint only at
// those that the index gives it. With many tools this is many times faster than asking each tool about each line.
import type { Finding, ToolRun } from '@crafting-table/contracts/finding';
import { createFindingCollector, type FindingCollector } from '../core/finding-collector.ts';
import type { PathResolver } from '../core/repository-path.ts';
import type { LineVerdict, LogFormat, LogLine, LogParser, Tool } from '../core/tool.ts';
import { COUNTER } from './counter-prefix.ts';
import { BEGINNING } from './embedded-documents.ts';
import { createHintIndex, type HintIndex } from './hint-index.ts';
import { PREFIXES } from './line-prefixes.ts';
import type { LineSkimmer } from './line-skimmer.ts';
import {
  type ClaimedRun,
  type ClosedLogCollector,
  createLogCollector,
  LOG_ARTIFACT,
} from './log-collector.ts';

export type LogToolResult = {
  tool: Tool;
  format: string;
  findings: Finding[];
  /** One for each invocation that the parser told of. */
  toolRuns: ToolRun[];
  /** Those of them that were told of in words that are not the tool's alone. */
  claims: ClaimedRun[];
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
  /** Nobody waits for the next line, whatever it is. */
  isIdle: () => boolean;
  end: (meta: { exitCode: number | null }) => void;
};

export type LogRunners = {
  /** Opens a stream: parsers of its own, which see nothing of other streams. Findings of all streams go together. */
  open: () => LogRunner;
  /** Passes over lines that nobody looks for, neither a tool nor those who take lines apart before tools see them. */
  skim: LineSkimmer;
  results: () => LogToolResult[];
};

/** A format and everything that all streams together found in it. */
type Reading = { tool: Tool; format: LogFormat; collector: FindingCollector; streams: Entry[] };

type Entry = {
  parser: LogParser;
  collector: ClosedLogCollector;
  wantsNext: boolean;
  fault?: string;
};

/** `everyLine`: tools that see every line, whatever their hints say; they are asked before the others. */
export function createLogRunners(
  { tools, everyLine = [] }: { tools: readonly Tool[]; everyLine?: readonly Tool[] },
  context: { subproject: string; resolve: PathResolver },
): LogRunners {
  const { formats: hinted, index } = arrange(tools);
  const formats = [...listFormats(everyLine), ...hinted];
  const first = formats.length - hinted.length;
  // Most logs are nobody's, or of one tool: what the other eighty need is not made.
  const readings: (Reading | undefined)[] = formats.map(() => undefined);
  const readingAt = (position: number) => (readings[position] ??= openReading(formats[position]!, context));
  return {
    open: () =>
      createLogRunner(formats, { index, first, openEntry: (position) => openEntry(readingAt(position)) }),
    skim: index.skim,
    results: () => readings.filter((reading) => reading !== undefined).map(toResult),
  };
}

type ToolFormat = { tool: Tool; format: LogFormat };
type Arranged = { formats: readonly ToolFormat[]; index: HintIndex };

/** An index takes tens of milliseconds to make and depends on nothing but the tools. */
const arranged = new WeakMap<readonly Tool[], Arranged>();

function arrange(tools: readonly Tool[]): Arranged {
  const known = arranged.get(tools);
  if (known !== undefined) return known;
  const formats = listFormats(tools).toSorted(
    (a, b) => Number(a.format.isFallback ?? false) - Number(b.format.isFallback ?? false),
  );
  const openings = [...PREFIXES, BEGINNING, COUNTER];
  const hints = formats.map(({ format }) => format.hint);
  const made = { formats, index: createHintIndex(hints, openings) };
  arranged.set(tools, made);
  return made;
}

function listFormats(tools: readonly Tool[]): ToolFormat[] {
  return tools.flatMap((tool) => (tool.logs ?? []).map((format) => ({ tool, format })));
}

/**
 * `index`: of the hints of the formats from `first` on, in their order; those before see every line. Each has an entry, which
 * is opened with the first line that it is shown.
 */
function createLogRunner(
  formats: readonly ToolFormat[],
  { index, first, openEntry }: { index: HintIndex; first: number; openEntry: (position: number) => Entry },
): LogRunner {
  const entries = new Map<number, Entry>();
  const entryAt = (position: number): Entry => {
    const known = entries.get(position);
    if (known !== undefined) return known;
    const opened = openEntry(position);
    entries.set(position, opened);
    return opened;
  };
  const markedEntries = () => index.marked().map((hint) => first + hint);
  const always = Array.from({ length: first }, (_, position) => position);
  let waiting = [...always];
  return {
    line: (line) => {
      const hinted = index.mark(line.head);
      if (!hinted && waiting.length === 0) return false;
      const asked = hinted ? inOrder(markedEntries(), waiting) : waiting;
      waiting = [...always];
      let isTaken = false;
      for (const position of asked) {
        const { format } = formats[position]!; // The index and the list name only what is there.
        const isAlways = position < first;
        const isAsked = isAlways || (entries.get(position)?.wantsNext ?? false);
        if (!isAsked && !format.hint.test(line.head)) continue;
        const entry = entryAt(position);
        const verdict: LineVerdict = isTaken && format.isFallback ? 'ignored' : show(entry, line);
        entry.wantsNext = verdict === 'reading' || verdict === 'watching';
        if (entry.wantsNext && !isAlways) waiting.push(position);
        isTaken ||= verdict === 'taken' || verdict === 'reading';
      }
      return isTaken;
    },
    lineAgain: (line) => {
      if (!index.mark(line.head)) return;
      for (const position of inOrder(markedEntries(), [])) {
        const { format } = formats[position]!; // The index names only what is there.
        if (entries.get(position)?.wantsNext || !format.hint.test(line.head)) continue;
        const entry = entryAt(position);
        const verdict = show(entry, line);
        entry.wantsNext = verdict === 'reading' || verdict === 'watching';
        if (entry.wantsNext) waiting = inOrder(waiting, [position]);
        if (verdict === 'taken' || verdict === 'reading') return;
      }
    },
    isIdle: () => waiting.length === 0,
    end: (meta) => {
      for (const entry of entries.values()) finish(entry, meta);
    },
  };
}

function openReading(
  { tool, format }: ToolFormat,
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
    parser: format.createParser(own),
    collector: own,
    wantsNext: false,
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
    claims: ends.flatMap(({ claims }) => claims),
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
