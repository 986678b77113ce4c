import type { FindingCollector } from '../../../core/finding-collector.ts';
import type { LogCollector, LogParser, ReportFile, ReportReader, ToolRunDraft } from '../../../core/tool.ts';
import { createLineSplitter } from '../../../engine/line-splitter.ts';
import { KIND_FIELD, readFindingLine, TOOL_RUN } from './finding-line.ts';

const OWN_NAME = 'findings-jsonl';
/** Only a `tool_run` says that a file holds everything. */
const UNSTATED: ToolRunDraft = { completeness: 'unknown', note: 'no tool_run says that this is all' };
/** Different names of tools in one file. */
const TOOLS_MAX = 50;

/** Lines in the log: the tool they name stays in `extra`, since the collector of a log has one name. */
export function createFindingLinesParser(collector: LogCollector): LogParser {
  return {
    line: (line) => {
      if (!KIND_FIELD.test(line.head) && !TOOL_RUN.test(line.head)) return 'ignored';
      const read = readFindingLine(line.text);
      if (read.state === 'unreadable') return 'ignored';
      if (read.state === 'tool run') collector.closeRun(read.run);
      else {
        const extra = { ...read.draft.extra, ...(read.tool === undefined ? {} : { tool: read.tool }) };
        collector.add({ ...read.draft, extra, logLine: line.number });
      }
      return 'taken';
    },
    end: () => {},
  };
}

/** One tool run for each tool that the file names. A line that cannot be read makes it partial, and the note says which. */
export function parseFindingsFile(file: ReportFile, reader: ReportReader): void {
  const collectors = new Map<string, FindingCollector>();
  const stated = new Map<string, ToolRunDraft>();
  const counts = new Map<string, number>();
  let fault: string | undefined;

  const collectorOf = (name: string | undefined) => {
    const tool =
      name !== undefined && (collectors.has(name) || collectors.size < TOOLS_MAX) ? name : OWN_NAME;
    const known = collectors.get(tool) ?? reader.collect(tool);
    collectors.set(tool, known);
    return { tool, collector: known };
  };

  const splitter = createLineSplitter(({ text, number }) => {
    if (text.trim() === '') return;
    const read = readFindingLine(text);
    if (read.state === 'unreadable') {
      fault ??= `line ${number} was not read: ${read.note}`;
      return;
    }
    const { tool, collector } = collectorOf(read.tool);
    if (read.state === 'tool run') stated.set(tool, read.run);
    else {
      collector.add(read.draft);
      counts.set(tool, (counts.get(tool) ?? 0) + 1);
    }
  });
  splitter.feed(file.bytes);
  splitter.end();
  // Every line of a whole file has its end.
  if (file.bytes.length > 0 && file.bytes.at(-1) !== 0x0a) fault ??= 'the last line is cut off';
  if (collectors.size === 0) collectorOf(undefined);
  for (const [tool, collector] of collectors) {
    const run = stated.get(tool) ?? UNSTATED;
    const parsed = { findings: counts.get(tool) ?? 0, ...run.parsed };
    const loss = { completeness: 'partial', note: fault } as const;
    reader.close(
      collector,
      fault === undefined || run.completeness === 'failed' ? { ...run, parsed } : { ...run, parsed, ...loss },
    );
  }
}
