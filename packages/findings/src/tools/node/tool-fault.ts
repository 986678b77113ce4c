import type { FindingDraft } from '../../core/finding-collector.ts';

/** The tool did not do its work: this pages the farm, not the author, and it is never "no findings". */
export function toToolFault(text: string, logLine?: number, detail?: string): FindingDraft {
  const draft: FindingDraft = { kind: 'tool_error', severity: 'high', level: 'error', text, detail };
  if (logLine !== undefined) draft.logLine = logLine;
  return draft;
}
