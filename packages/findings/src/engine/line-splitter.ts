import { Buffer } from 'node:buffer';
import { LINE_BYTES_MAX, LINE_MATCHED_CHARS_MAX } from '../core/limits.ts';
import type { LogLine } from '../core/tool.ts';
import { cleanLine } from './clean-line.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export type LineSplitter = {
  feed: (chunk: Uint8Array) => void;
  /** Gives out a last line that has no line feed. */
  end: () => void;
};

/**
 * Cuts bytes into cleaned lines. The result does not depend on where the chunks were cut, and a line that never ends
 * takes at most LINE_BYTES_MAX of memory.
 */
export function createLineSplitter(onLine: (line: LogLine) => void): LineSplitter {
  const begun = createLineBuffer();
  let number = 0;
  const emit = (raw: string) => {
    number++;
    const text = cleanLine(raw);
    const head = text.length > LINE_MATCHED_CHARS_MAX ? text.slice(0, LINE_MATCHED_CHARS_MAX) : text;
    onLine({ head, text, number });
  };

  return {
    feed: (chunk) => {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
        if (begun.isEmpty() && end - start <= LINE_BYTES_MAX) emit(bytes.toString('utf8', start, end));
        else {
          begun.append(bytes.subarray(start, end));
          emit(begun.take());
        }
        start = end + 1;
      }
      if (start < bytes.length) begun.append(bytes.subarray(start));
    },
    end: () => {
      if (!begun.isEmpty()) emit(begun.take());
    },
  };
}

/** The beginning of a line whose end has not arrived: its first LINE_BYTES_MAX since the last carriage return. */
function createLineBuffer() {
  let pieces: Buffer[] = [];
  let length = 0;
  let begun = false;
  // A carriage return was seen after the pieces. It wipes them out only when something else than a line end follows.
  let isReturned = false;

  const keep = (piece: Buffer) => {
    const kept = piece.subarray(0, LINE_BYTES_MAX - length);
    if (kept.length === 0) return;
    pieces.push(Buffer.from(kept)); // A copy: the chunk belongs to the caller.
    length += kept.length;
  };
  const clear = () => {
    pieces = [];
    length = 0;
  };

  return {
    isEmpty: () => !begun,
    append: (piece: Buffer) => {
      begun = true;
      const visibleEnd = endWithoutReturns(piece);
      if (visibleEnd > 0) {
        const lastReturn = piece.lastIndexOf(CARRIAGE_RETURN, visibleEnd - 1);
        if (isReturned || lastReturn >= 0) clear();
        keep(piece.subarray(lastReturn + 1, visibleEnd));
        isReturned = false;
      }
      if (visibleEnd < piece.length) isReturned = true;
    },
    take: () => {
      const line = Buffer.concat(pieces, length).toString('utf8');
      clear();
      begun = false;
      isReturned = false;
      return line;
    },
  };
}

function endWithoutReturns(piece: Buffer): number {
  let end = piece.length;
  while (end > 0 && piece[end - 1] === CARRIAGE_RETURN) end--;
  return end;
}
