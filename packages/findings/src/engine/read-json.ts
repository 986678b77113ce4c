import { JSON_BYTES_MAX, JSON_DEPTH_MAX } from '../core/limits.ts';
import { decodeText } from './decode-text.ts';

export type JsonVerdict =
  | { state: 'whole'; value: unknown }
  /** Cut off: the value holds every record that was complete. */
  | { state: 'cut'; value: unknown; note: string }
  | { state: 'unreadable'; note: string };

/**
 * Reads one JSON document that may have noise lines before it and may be cut off.
 * `recordDepth`: how many brackets are open around one record, e.g. 4 for `{runs: [{results: [record`. What is nested deeper
 * is kept only when its record is complete.
 */
export function readJson(bytes: Uint8Array, recordDepth: number): JsonVerdict {
  const isTooLong = bytes.length > JSON_BYTES_MAX;
  const text = afterNoise(decodeText(isTooLong ? bytes.subarray(0, JSON_BYTES_MAX) : bytes));
  if (text === undefined) return { state: 'unreadable', note: 'there is no JSON document' };
  if (!isTooLong) {
    const value = parse(text);
    if (value !== undefined) return { state: 'whole', value };
  }
  const value = parse(completeRecords(text, recordDepth) ?? '');
  if (value === undefined) return { state: 'unreadable', note: 'the JSON document is broken' };
  const note = isTooLong
    ? `only the first ${JSON_BYTES_MAX} bytes were read`
    : 'the JSON document is cut off';
  return { state: 'cut', value, note };
}

/** From the first bracket that starts a line. npm and others print warnings before it. */
export function afterNoise(text: string): string | undefined {
  const start = /^[ \t]*[{[]/m.exec(text);
  return start === null ? undefined : text.slice(start.index);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The caller says what that means; JSON itself has no undefined.
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSER_OF: Record<number, string> = { 0x7b: '}', 0x5b: ']' };
const CLOSERS = new Set([0x7d, 0x5d]);

/** The text up to its last complete record, with the brackets around it closed. */
function completeRecords(text: string, recordDepth: number): string | undefined {
  const closers: string[] = [];
  let kept: { end: number; closers: string } | undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i);
      continue;
    }
    const closer = CLOSER_OF[code];
    if (closer !== undefined) {
      if (closers.push(closer) > JSON_DEPTH_MAX) return undefined;
    } else if (CLOSERS.has(code)) {
      if (closers.pop() !== text[i]) return undefined;
      const isRecord = closers.at(-1) === ']' && closers.length <= recordDepth;
      if (closers.length === 0 || isRecord) kept = { end: i + 1, closers: closers.toReversed().join('') };
      if (closers.length === 0) break;
    }
  }
  return kept && text.slice(0, kept.end) + kept.closers;
}

/** Index of the closing quote, or the end of the text. */
function endOfString(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i;
  }
  return text.length;
}
