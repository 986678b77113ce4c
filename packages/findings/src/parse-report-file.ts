import type { ToolRun } from '@crafting-table/contracts/finding';
import { createFindingCollector, type FindingCollector } from './core/finding-collector.ts';
import { boundName } from './core/bounded-text.ts';
import { NAME_CHARS_MAX, SNIFF_BYTES_MAX, TOOL_RUNS_MAX } from './core/limits.ts';
import type { ParseResult } from './core/parse-result.ts';
import { createPathResolver } from './core/repository-path.ts';
import type { ParseContext, ReportFile, ReportFormat, ReportHead, ReportReader, Tool } from './core/tool.ts';
import { toToolRun } from './core/tool-run.ts';
import { decodeText } from './engine/decode-text.ts';
import { TOOLS } from './tools/registry.ts';

/** Reads one report file of a tool. Null: its content is in no known format. Never throws because of the content. */
export function parseReportFile(
  file: ReportFile,
  context: ParseContext,
  tools: readonly Tool[] = TOOLS,
): ParseResult | null {
  const found = findFormat(decodeText(file.bytes.subarray(0, SNIFF_BYTES_MAX)), tools);
  return found === undefined ? null : parseWith(found.tool, found.report, file, context);
}

/** Is this the beginning of a report that one of these tools can read? At least the first SNIFF_BYTES_MAX, or all of it. */
export function isReport(beginning: string, tools: readonly Tool[] = TOOLS): boolean {
  return findFormat(beginning.slice(0, SNIFF_BYTES_MAX), tools) !== undefined;
}

function findFormat(
  beginning: string,
  tools: readonly Tool[],
): { tool: Tool; report: ReportFormat } | undefined {
  const head = readHead(beginning);
  for (const tool of tools) {
    const report = tool.reports?.find(({ sniff }) => sniff(head));
    if (report !== undefined) return { tool, report };
  }
  return undefined;
}

function readHead(beginning: string): ReportHead {
  const text = beginning.trimStart();
  const xmlRoot = /<(?![?!])(?:[\w.-]{1,100}:)?([\w.-]{1,100})[\s/>]/.exec(text)?.[1];
  return xmlRoot !== undefined && /^[^{[]*</.test(text) ? { text, xmlRoot } : { text };
}

function parseWith(tool: Tool, report: ReportFormat, file: ReportFile, context: ParseContext): ParseResult {
  const source = { artifact: file.path, format: report.format };
  const resolve = createPathResolver(context);
  const collectors: FindingCollector[] = [];
  const toolRuns: ToolRun[] = [];
  const reader: ReportReader = {
    collect: (name) => {
      const toolName = boundName(name, NAME_CHARS_MAX) ?? tool.family;
      const collector = createFindingCollector({
        tool: toolName,
        subproject: context.subproject,
        source,
        resolve,
      });
      collectors.push(collector);
      return collector;
    },
    close: (collector, run) => {
      if (toolRuns.length < TOOL_RUNS_MAX) {
        toolRuns.push(toToolRun(collector.tool, run, source, collector.omitted()));
      }
    },
  };
  try {
    report.parse(file, reader, context);
  } catch (cause) {
    // A fault of ours, not of the file: what was read stays, and the tool run says that there may be more.
    const note = `the parser failed: ${cause instanceof Error ? cause.message : String(cause)}`;
    reader.close(collectors.at(-1) ?? reader.collect(tool.family), { completeness: 'failed', note });
  }
  return {
    findings: collectors.flatMap((collector) => collector.list()),
    toolRuns,
    truncated: collectors.some((collector) => collector.omitted() > 0),
  };
}
