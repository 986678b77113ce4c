import type { ToolRun } from '@crafting-table/contracts/finding';
import type { ParseResult } from './core/parse-result.ts';
import { createPathResolver } from './core/repository-path.ts';
import type { ParseContext, Tool } from './core/tool.ts';
import { createLineSplitter } from './engine/line-splitter.ts';
import { LOG_ARTIFACT } from './engine/log-collector.ts';
import { createLogRunner, type LogToolResult } from './engine/log-runner.ts';
import { mergeResults } from './merge-results.ts';
import { TOOLS } from './tools/registry.ts';

export type LogContext = ParseContext & {
  /** Names of tools the recipe says it runs. Such a tool gets a tool run even when it reported nothing. */
  declaredTools?: readonly string[];
  /** Only these are asked; all there are when not given. */
  tools?: readonly Tool[];
};

export type LogParsers = {
  /** Takes a piece of the raw output, cut anywhere. */
  feed: (chunk: Uint8Array) => void;
  /** The output is over. */
  end: (meta: { exitCode: ExitCode }) => ParseResult;
};

/** Of the recipe: null when it did not end by itself, `unknown` when nobody can say how it ended. */
export type ExitCode = number | null | 'unknown';

/** Reads the output of one recipe as it arrives. Pure: it only asks `knownFile`. Never throws because of the output. */
export function createLogParsers(context: LogContext): LogParsers {
  const resolve = createPathResolver(context);
  const runner = createLogRunner(context.tools ?? TOOLS, { subproject: context.subproject, resolve });
  const splitter = createLineSplitter(runner.line);
  return {
    feed: splitter.feed,
    end: ({ exitCode }) => {
      splitter.end();
      const known = exitCode === 'unknown' ? null : exitCode;
      return mergeResults(
        runner.end({ exitCode: known }).map((result) => toParseResult(result, exitCode, context)),
      );
    },
  };
}

function toParseResult(result: LogToolResult, exitCode: ExitCode, context: LogContext): ParseResult {
  const { tool, format, findings, omitted, fault, unclosed } = result;
  const isDeclared = context.declaredTools?.includes(tool.name) ?? false;
  const isTold = result.toolRuns.length > 0 && unclosed === 0 && fault === undefined;
  const isSeen = isTold || findings.length > 0 || fault !== undefined;
  if (!isSeen && !isDeclared) return { findings: [], toolRuns: [], truncated: false };
  const toolRuns = [...result.toolRuns];
  if (!isTold || omitted > 0) {
    const last: ToolRun = {
      tool: tool.family,
      source: { artifact: LOG_ARTIFACT, format },
      parsed: { findings: unclosed },
      ...judge(exitCode, omitted, fault),
    };
    if (omitted > 0) last.omitted_findings = omitted;
    toolRuns.push(last);
  }
  return { findings, toolRuns, truncated: omitted > 0 };
}

/** A log states no totals. Only a recipe that went through to its good end is known to have said everything. */
function judge(
  exitCode: ExitCode,
  omitted: number,
  fault: string | undefined,
): Pick<ToolRun, 'completeness' | 'note'> {
  if (fault !== undefined) return { completeness: 'failed', note: fault };
  if (omitted > 0) return { completeness: 'partial', note: 'more findings than are kept' };
  if (exitCode === 'unknown') return { completeness: 'unknown', note: 'nobody said how the recipe ended' };
  if (exitCode === null) return { completeness: 'partial', note: 'the recipe did not end by itself' };
  if (exitCode === 0) return { completeness: 'complete' };
  return { completeness: 'unknown', note: `exit code ${exitCode}: the recipe may have stopped early` };
}
