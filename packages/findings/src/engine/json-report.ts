// A report that is one JSON document: one that is broken, or breaks off, is told of in the same way whatever the tool is.
import type { FindingCollector } from '../core/finding-collector.ts';
import type { ReportFile, ReportReader, ToolRunDraft } from '../core/tool.ts';
import { asRecord, type JsonRecord } from './json-fields.ts';
import { readJson } from './read-json.ts';

export type JsonReport = {
  collector: FindingCollector;
  value: unknown;
  /** The value as an object; an empty one when it is none. */
  root: JsonRecord;
  /** `run`: what the invocation amounts to when the document is whole. Of one that breaks off it is partial at best. */
  close: (run: ToolRunDraft) => void;
};

export type JsonReportOptions = {
  tool: string;
  /** Where the document itself says whose it is. */
  toolOf?: (root: JsonRecord) => string;
  /** See readJson. */
  recordDepth: number;
};

/** Undefined: there is nothing that can be read, which is told already. */
export function openJsonReport(
  file: ReportFile,
  reader: ReportReader,
  { tool, toolOf, recordDepth }: JsonReportOptions,
): JsonReport | undefined {
  const json = readJson(file.bytes, recordDepth);
  if (json.state === 'unreadable') {
    reader.close(reader.collect(tool), { completeness: 'failed', note: json.note });
    return undefined;
  }
  const cutNote = json.state === 'cut' ? json.note : undefined;
  return openValue(json.value, reader, { tool: toolOf?.(asRecord(json.value)) ?? tool, cutNote });
}

/** What was read already. `cutNote`: why it holds only a part. */
export function openValue(
  value: unknown,
  reader: ReportReader,
  { tool, cutNote }: { tool: string; cutNote: string | undefined },
): JsonReport {
  const collector = reader.collect(tool);
  return {
    collector,
    value,
    root: asRecord(value),
    close: (run) => {
      const isCut = cutNote !== undefined && run.completeness !== 'failed';
      reader.close(collector, isCut ? { ...run, completeness: 'partial', note: cutNote } : run);
    },
  };
}
