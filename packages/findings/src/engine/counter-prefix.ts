// `[1/9] `: some build tools put it in front of what they start, others in front of what that prints.
import type { LogLine } from '../core/tool.ts';

export const COUNTER = /^\[ {0,4}\d{1,5}\/\d{1,5}\] /;

/** The line without its counter; undefined for a line that has none. */
export function withoutCounter(line: LogLine): LogLine | undefined {
  if (line.head.charCodeAt(0) !== 0x5b) return undefined;
  const length = COUNTER.exec(line.head)?.[0].length;
  if (length === undefined) return undefined;
  return { head: line.head.slice(length), text: line.text.slice(length), number: line.number };
}
