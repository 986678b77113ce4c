// Decides which bytes a chunk holds. When one is closed and how it gets to the store is the shipper's business.
import type { RawChunk } from './compress-chunk.ts';
import { countLineFeeds } from './count-line-feeds.ts';
import type { LogLimits } from './log-limits.ts';
import { createTailLedger } from './tail-ledger.ts';
import type { ByteRange } from './tail-ledger.ts';

/** The masked output so far, by offset. Reads are null where it was given up, which only happens before the tail window. */
export type LogSource = {
  readonly endByte: number;
  read(fromByte: number, toByte: number): Promise<Buffer | null>;
  linesBefore(byte: number): Promise<number | null>;
};

/** What the store is to do in one transaction: first delete the chunks that begin in `trim`, then put these in. */
export type RawBatch = { chunks: RawChunk[]; trim: ByteRange | null };

export type LogCutter = {
  /** How many bytes could be cut now. */
  waitingBytes(): number;
  /** One chunk, and further ones if they are full. Empty when its bytes left the tail window while they were read. */
  cutBatch(): Promise<RawBatch>;
  /** Everything that waits, and the part of the chunk on the edge of the tail window that has to stay. */
  cutLast(): Promise<RawBatch>;
};

/**
 * Cuts a growing output so that the store, doing all batches in order, never holds more than `headBytes` and `tailBytes`
 * together, and after the last one exactly the first and the last so many bytes of the output.
 */
export function createLogCutter(source: LogSource, limits: LogLimits): LogCutter {
  const { headBytes, tailBytes, chunkBytes, batchChunksMax } = limits;
  const ledger = createTailLedger();
  let nextSeq = 0;
  let nextByte = 0;
  let nextLine = 0;

  const waitingBytes = () => source.endByte - nextRange().fromByte;

  /** Nothing across the head's border, and nothing that has left the tail window already. */
  function nextRange(): ByteRange {
    const fromByte = nextByte < headBytes ? nextByte : Math.max(nextByte, source.endByte - tailBytes);
    const borderByte = fromByte < headBytes ? headBytes : Infinity;
    return { fromByte, toByte: Math.min(fromByte + chunkBytes, borderByte, source.endByte) };
  }

  async function cutBatch(): Promise<RawBatch> {
    const chunks: RawChunk[] = [];
    do {
      const chunk = await cutNext();
      if (!chunk) break;
      chunks.push(chunk);
      // After the first chunk only full ones: the rest may still grow.
    } while (chunks.length < batchChunksMax && waitingBytes() >= chunkBytes);
    return enter(chunks, nextByte - tailBytes);
  }

  async function cutLast(): Promise<RawBatch> {
    const windowByte = source.endByte - tailBytes;
    const pieces: RawChunk[] = [];
    while (waitingBytes() > 0) pieces.push(certain(await cutNext()));
    const { chunks, trim } = enter(pieces, windowByte);
    const edge = ledger.cutChunk(windowByte);
    if (!edge) return { chunks, trim };
    const kept = await cut(edge.seq, { fromByte: windowByte, toByte: edge.toByte });
    return { chunks: [certain(kept), ...chunks], trim };
  }

  async function cutNext(): Promise<RawChunk | null> {
    const range = nextRange();
    const chunk = await cut(nextSeq, range, range.fromByte === nextByte ? nextLine : undefined);
    if (!chunk) return null;
    nextSeq += 1;
    nextByte = range.toByte;
    nextLine = chunk.lineOffset + chunk.lineCount;
    return chunk;
  }

  async function cut(seq: number, range: ByteRange, knownLine?: number): Promise<RawChunk | null> {
    const lineOffset = knownLine ?? (await source.linesBefore(range.fromByte));
    if (lineOffset === null) return null;
    const bytes = await source.read(range.fromByte, range.toByte);
    return bytes && { seq, fromByte: range.fromByte, lineOffset, lineCount: countLineFeeds(bytes), bytes };
  }

  /**
   * Enters the chunks in the ledger and moves the tail window. A chunk that the window has left meanwhile is not shipped: it
   * would have to be deleted at once.
   */
  function enter(chunks: RawChunk[], windowByte: number): RawBatch {
    const isInTail = (chunk: RawChunk) => chunk.fromByte >= headBytes;
    for (const { seq, fromByte, bytes } of chunks.filter(isInTail)) {
      ledger.add({ seq, fromByte, toByte: fromByte + bytes.length });
    }
    const trim = ledger.moveWindow(windowByte);
    return { chunks: chunks.filter((chunk) => !isInTail(chunk) || chunk.fromByte >= windowByte), trim };
  }

  return { waitingBytes, cutBatch, cutLast };
}

function certain(chunk: RawChunk | null): RawChunk {
  if (!chunk) throw new Error('the end of a log was given up before it was shipped');
  return chunk;
}
