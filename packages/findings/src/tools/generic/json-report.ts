// What the JSON formats of this folder have in common: one document, perhaps cut off.
import type { ReportFile, ReportReader, ToolRunDraft } from '../../core/tool.ts';
import { readJson } from '../../engine/read-json.ts';

export type JsonReport = {
  value: unknown;
  /** The document was cut off: the value holds what was whole. */
  cutNote?: string;
};

/** Undefined when there is nothing to read; the tool run then says so already. `recordDepth`: see `readJson`. */
export function openJsonReport(
  file: ReportFile,
  reader: ReportReader,
  { tool, recordDepth }: { tool: string; recordDepth: number },
): JsonReport | undefined {
  const json = readJson(file.bytes, recordDepth);
  switch (json.state) {
    case 'whole':
      return { value: json.value };
    case 'cut':
      return { value: json.value, cutNote: json.note };
    case 'unreadable':
      reader.close(reader.collect(tool), { completeness: 'failed', note: json.note });
      return undefined;
  }
}

/** A cut report is partial, whatever else holds of it. */
export function judgeReport(
  { cutNote }: JsonReport,
  otherwise: Pick<ToolRunDraft, 'completeness' | 'note'> = { completeness: 'complete' },
): Pick<ToolRunDraft, 'completeness' | 'note'> {
  return cutNote === undefined ? otherwise : { completeness: 'partial', note: cutNote };
}

/** The tool did not do its work: never the same as having found nothing. */
export const TOOL_FAULT = { kind: 'tool_error', severity: 'high', level: 'error' } as const;
