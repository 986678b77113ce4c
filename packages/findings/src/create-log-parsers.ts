import type { Finding, ToolRun } from '@crafting-table/contracts/finding';
import type { ProblemMatcher } from '@crafting-table/contracts/problem-matcher';
import type { ParseResult } from './core/parse-result.ts';
import { createPathResolver } from './core/repository-path.ts';
import type { ParseContext, Tool } from './core/tool.ts';
import { holdsReport } from './engine/embedded-documents.ts';
import { createNameLayer, createTimeLayer } from './engine/line-prefixes.ts';
import { createLineSplitter } from './engine/line-splitter.ts';
import { LOG_ARTIFACT } from './engine/log-collector.ts';
import { createLogRunners, type LogToolResult } from './engine/log-runner.ts';
import { createLogStreams } from './engine/log-streams.ts';
import { settleClaims } from './engine/settle-claims.ts';
import { createMatcherTools } from './matchers/create-matcher-tools.ts';
import { createMerge } from './merge-results.ts';
import { isReport } from './parse-report-file.ts';
import { createDocumentReader } from './read-documents.ts';
import { TOOLS } from './tools/registry.ts';
import { unseenTools } from './unseen-tools.ts';

export type LogContext = ParseContext & {
  /** Names of tools the recipe says it runs. Such a tool gets a tool run even when it reported nothing. */
  declaredTools?: readonly string[];
  /** Only these are asked; all there are when not given. */
  tools?: readonly Tool[];
  /** Patterns of the recipe's own, for tools that the farm does not know. */
  matchers?: readonly ProblemMatcher[];
};

export type LogParsers = {
  /** Takes a piece of the raw output, cut anywhere. */
  feed: (chunk: Uint8Array) => void;
  /** The output is over. */
  end: (meta: { exitCode: ExitCode }) => ParseResult;
};

/** Of the recipe: null when it did not end by itself, `unknown` when nobody can say how it ended. */
export type ExitCode = number | null | 'unknown';

/**
 * Reads the output of one recipe as it arrives. Pure: it only asks `knownFile`. Never throws because of the output.
 * Lines → streams, by their prefixes → in each stream reports, and the lines between them for the parsers of lines.
 */
export function createLogParsers(context: LogContext): LogParsers {
  const { subproject, tools = TOOLS } = context;
  const matchers = createMatcherTools(context.matchers ?? []);
  const runners = createLogRunners(
    { tools, everyLine: matchers.tools },
    { subproject, resolve: createPathResolver(context) },
  );
  // Reports are added as they come, before everything else: what they say wins over what lines say.
  const merge = createMerge();
  const documents = createDocumentReader(context, tools, merge.add);
  const recognises = (beginning: string) => isReport(beginning, tools);
  const streams = createLogStreams({ openRunner: runners.open, recognises, onDocument: documents.read });
  const names = createNameLayer((line, stream) => streams.of(stream).line(line));
  const times = createTimeLayer(names.line);
  const isIdle = () => times.isIdle() && names.isIdle() && streams.isIdle('');
  const splitter = createLineSplitter((line) => times.line(line, ''), {
    isWanted: (beginning) => streams.isCapturing() || holdsReport(beginning, recognises),
    skim: (bytes, start) => (isIdle() ? runners.skim(bytes, start) : { next: start, lines: 0 }),
  });
  return {
    feed: splitter.feed,
    end: ({ exitCode }) => {
      splitter.end();
      times.end();
      names.end();
      streams.end(exitCode === 'unknown' ? null : exitCode);
      const settled = settleClaims(runners.results(), context.declaredTools ?? []);
      for (const result of withoutEchoes(settled)) merge.add(toParseResult(result, exitCode));
      const { findings, toolRuns, truncated } = merge.result();
      const told = [...toolRuns, ...matchers.faults];
      return {
        findings,
        toolRuns: [...told, ...unseenTools(context.declaredTools ?? [], told, tools)],
        truncated: truncated || documents.isTruncated(),
      };
    },
  };
}

/** Tools that annotate files print each problem twice, once for people and once for a forge. */
function withoutEchoes(results: readonly LogToolResult[]): LogToolResult[] {
  const placeOf = ({ path, region }: Finding) =>
    path === undefined ? undefined : `${path}\n${region?.line}`;
  const originals = results.filter(({ isEcho }) => !isEcho).flatMap(({ findings }) => findings.map(placeOf));
  const places = new Set(originals);
  const echoesLast = results.toSorted((a, b) => Number(a.isEcho) - Number(b.isEcho));
  return echoesLast.map((result) => {
    if (!result.isEcho) return result;
    const findings = result.findings.filter((finding) => {
      const place = placeOf(finding);
      return place === undefined || !places.has(place);
    });
    return { ...result, findings, unclosed: findings.length };
  });
}

function toParseResult(result: LogToolResult, exitCode: ExitCode): ParseResult {
  const { tool, format, findings, omitted, fault, unclosed } = result;
  const isTold = result.toolRuns.length > 0 && unclosed === 0 && fault === undefined;
  const isSeen = isTold || findings.length > 0 || fault !== undefined;
  if (!isSeen) return { findings: [], toolRuns: [], truncated: false };
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
