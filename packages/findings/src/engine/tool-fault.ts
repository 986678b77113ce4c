// Tools that did not do their work: this pages the farm, not the author, and it is never "no findings".
import type { LogCollector } from '../core/tool.ts';

/** What every fault of a tool is: never the same as having found nothing. */
export const TOOL_FAULT = { kind: 'tool_error', severity: 'high', level: 'error' } as const;

export type ToolFault = {
  /** In the tool's own words. */
  text: string;
  detail?: string | undefined;
  rule?: string | undefined;
  logLine?: number | undefined;
  version?: string | undefined;
};

/** One finding, and a tool run that failed. */
export function reportToolFault(collector: LogCollector, fault: ToolFault): void {
  const { text, detail, rule, logLine, version } = fault;
  collector.add({
    ...TOOL_FAULT,
    text,
    detail,
    rule: { id: rule },
    ...(logLine === undefined ? {} : { logLine }),
  });
  collector.closeRun({ completeness: 'failed', version, note: text });
}
