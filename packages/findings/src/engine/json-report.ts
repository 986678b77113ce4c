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

/** `recordDepth`: see readJson. Undefined: there is nothing that can be read, which is told already. */
export function openJsonReport(
  file: ReportFile,
  reader: ReportReader,
  { tool, recordDepth }: { tool: string; recordDepth: number },
): JsonReport | undefined {
  const collector = reader.collect(tool);
  const json = readJson(file.bytes, recordDepth);
  if (json.state === 'unreadable') {
    reader.close(collector, { completeness: 'failed', note: json.note });
    return undefined;
  }
  return {
    collector,
    value: json.value,
    root: asRecord(json.value),
    close: (run) => {
      const isCut = json.state === 'cut' && run.completeness !== 'failed';
      reader.close(collector, isCut ? { ...run, completeness: 'partial', note: json.note } : run);
    },
  };
}
