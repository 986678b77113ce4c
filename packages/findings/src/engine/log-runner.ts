// Shows each line of a log to the tools that may care: one combined hint is tested on every line, a tool's own hint only
// after that one hit. With many tools this is several times faster than asking each tool about each line.
import type { Finding, ToolRun } from '@crafting-table/contracts/finding';
import type { PathResolver } from '../core/repository-path.ts';
import type { LogFormat, LogLine, LogParser, Tool } from '../core/tool.ts';
import { createLogCollector, type ClosedLogCollector } from './log-collector.ts';

export type LogToolResult = {
  tool: Tool;
  format: string;
  findings: Finding[];
  /** One for each invocation that the parser told of. */
  toolRuns: ToolRun[];
  /** Findings after the last of these invocations, counted with their repetitions. */
  unclosed: number;
  omitted: number;
  fault?: string;
};

export type LogRunner = {
  line: (line: LogLine) => void;
  end: (meta: { exitCode: number | null }) => LogToolResult[];
};

type Entry = {
  tool: Tool;
  format: LogFormat;
  parser: LogParser;
  collector: ClosedLogCollector;
  wantsNext: boolean;
  fault?: string;
};

export function createLogRunner(
  tools: readonly Tool[],
  context: { subproject: string; resolve: PathResolver },
): LogRunner {
  const entries = tools
    .flatMap((tool) => (tool.logs ?? []).map((format) => openEntry(tool, format, context)))
    .toSorted((a, b) => Number(a.format.isFallback ?? false) - Number(b.format.isFallback ?? false));
  const anyHint = new RegExp(entries.map(({ format }) => `(?:${format.hint.source})`).join('|') || '(?!)');
  let someoneWaits = false;

  return {
    line: (line) => {
      const hinted = anyHint.test(line.head);
      if (!hinted && !someoneWaits) return;
      someoneWaits = false;
      let isTaken = false;
      for (const entry of entries) {
        if (!entry.wantsNext && !(hinted && entry.format.hint.test(line.head))) continue;
        entry.wantsNext = false;
        if (isTaken && entry.format.isFallback) continue;
        const verdict = guard(entry, () => entry.parser.line(line)) ?? 'ignored';
        entry.wantsNext = verdict === 'reading' || verdict === 'watching';
        someoneWaits ||= entry.wantsNext;
        isTaken ||= verdict === 'taken' || verdict === 'reading';
      }
    },
    end: (meta) => {
      for (const entry of entries) guard(entry, () => entry.parser.end(meta));
      return entries.map(({ tool, format, collector, fault }) => {
        const result = { tool, format: format.format, ...collector.finish() };
        return fault === undefined ? result : { ...result, fault };
      });
    },
  };
}

function openEntry(
  tool: Tool,
  format: LogFormat,
  context: { subproject: string; resolve: PathResolver },
): Entry {
  const collector = createLogCollector({ tool: tool.family, format: format.format, ...context });
  return { tool, format, parser: format.createParser(collector), collector, wantsNext: false };
}

/** A fault of one parser is that parser's fault only: it is told to people, and the other tools read on. */
function guard<T>(entry: Entry, step: () => T): T | undefined {
  if (entry.fault !== undefined) return undefined;
  try {
    return step();
  } catch (cause) {
    entry.fault = `the parser failed: ${cause instanceof Error ? cause.message : String(cause)}`;
    return undefined;
  }
}
