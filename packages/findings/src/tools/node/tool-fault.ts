import type { FindingDraft } from '../../core/finding-collector.ts';
import { TOOL_FAULT } from '../../engine/tool-fault.ts';

/** The tool did not do its work: this pages the farm, not the author, and it is never "no findings". */
export function toToolFault(text: string, logLine?: number, detail?: string): FindingDraft {
  const draft: FindingDraft = { ...TOOL_FAULT, text, detail };
  if (logLine !== undefined) draft.logLine = logLine;
  return draft;
}
