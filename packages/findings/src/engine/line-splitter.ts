import { Buffer } from 'node:buffer';
import { DOCUMENT_BYTES_MAX, LINE_BYTES_MAX, LINE_MATCHED_CHARS_MAX } from '../core/limits.ts';
import type { LogLine } from '../core/tool.ts';
import { cleanLine } from './clean-line.ts';
import { endOfText, type LineSkimmer, type WantedLine } from './line-skimmer.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export type LineSplitter = {
  feed: (chunk: Uint8Array) => void;
  /** Gives out a last line that has no line feed. */
  end: () => void;
};

/**
 * Cuts bytes into cleaned lines. The result does not depend on where the chunks were cut, and a line that never ends
 * takes at most LINE_BYTES_MAX of memory, or DOCUMENT_BYTES_MAX where `isWanted` says of its beginning that it is worth it.
 * `skim` is asked before each line what to pass over: such lines are counted and nothing else.
 */
export function createLineSplitter(
  onLine: (line: LogLine) => void,
  {
    isWanted = () => false,
    skim = (_, start) => ({ next: start, lines: 0 }),
  }: { isWanted?: (beginning: string) => boolean; skim?: LineSkimmer } = {},
): LineSplitter {
  const begun = createLineBuffer((beginning) => isWanted(cleanLine(beginning.toString('utf8'))));
  let number = 0;
  const emit = (raw: string, rawWhole?: string) => {
    number++;
    const text = cleanLine(raw);
    const head = text.length > LINE_MATCHED_CHARS_MAX ? text.slice(0, LINE_MATCHED_CHARS_MAX) : text;
    onLine(
      rawWhole === undefined ? { head, text, number } : { head, text, number, whole: cleanLine(rawWhole) },
    );
  };
  /** There is nothing to clean in it. */
  const emitPlain = (bytes: Buffer, start: number, { head, end }: WantedLine) => {
    number++;
    const isWhole = head.length < LINE_MATCHED_CHARS_MAX;
    const text = isWhole ? head : bytes.toString('latin1', start, endOfText(bytes, end));
    onLine({ head, text, number });
  };
  const emitBegun = () => {
    const line = begun.take();
    const isLong = line.length > LINE_BYTES_MAX;
    emit(line.toString('utf8', 0, LINE_BYTES_MAX), isLong ? line.toString('utf8') : undefined);
  };

  return {
    feed: (chunk) => {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let start = 0;
      for (;;) {
        if (begun.isEmpty()) {
          const skimmed = skim(bytes, start);
          start = skimmed.next;
          number += skimmed.lines;
          if (skimmed.wanted !== undefined && skimmed.wanted.end - start <= LINE_BYTES_MAX) {
            emitPlain(bytes, start, skimmed.wanted);
            start = skimmed.wanted.end + 1;
            continue;
          }
        }
        const end = bytes.indexOf(LINE_FEED, start);
        if (end < 0) break;
        if (begun.isEmpty() && end - start <= LINE_BYTES_MAX) emit(bytes.toString('utf8', start, end));
        else {
          begun.append(bytes.subarray(start, end));
          emitBegun();
        }
        start = end + 1;
      }
      if (start < bytes.length) begun.append(bytes.subarray(start));
    },
    end: () => {
      if (!begun.isEmpty()) emitBegun();
    },
  };
}

/** The beginning of a line whose end has not arrived: as much as may be kept since the last carriage return. */
function createLineBuffer(isWanted: (beginning: Buffer) => boolean) {
  let pieces: Buffer[] = [];
  let length = 0;
  let lengthMax = LINE_BYTES_MAX;
  let begun = false;
  // A carriage return was seen after the pieces. It wipes them out only when something else than a line end follows.
  let isReturned = false;

  const keep = (piece: Buffer) => {
    const kept = piece.subarray(0, lengthMax - length);
    if (kept.length > 0) {
      pieces.push(Buffer.from(kept)); // A copy: the chunk belongs to the caller.
      length += kept.length;
    }
    if (kept.length === piece.length || lengthMax > LINE_BYTES_MAX) return;
    // Exactly so much is there whatever the chunks were, so the answer does not depend on them.
    if (!isWanted(Buffer.concat(pieces, length))) return;
    lengthMax = DOCUMENT_BYTES_MAX;
    keep(piece.subarray(kept.length));
  };
  const clear = () => {
    pieces = [];
    length = 0;
    lengthMax = LINE_BYTES_MAX;
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
    take: (): Buffer => {
      const line = Buffer.concat(pieces, length);
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
