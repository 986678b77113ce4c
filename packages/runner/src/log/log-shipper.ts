import type { LogChunk } from '@crafting-table/contracts/log';

import { compressChunk } from './compress-chunk.ts';
import type { RawChunk } from './compress-chunk.ts';
import { countLineFeeds } from './count-line-feeds.ts';
import type { LogLimits } from './log-limits.ts';
import { createShipCadence } from './ship-cadence.ts';
import { createTailLedger } from './tail-ledger.ts';
import type { ByteRange } from './tail-ledger.ts';

/**
 * Stores a batch in one transaction: first deletes every chunk whose byte_offset lies in [trim.fromByte, trim.toByte), then
 * puts the chunks in, each under its seq. Doing it twice is harmless. `refused` means that this attempt is over. An error
 * means that the store is away: the same batch is offered again.
 */
export type ShipLog = (batch: LogChunk[], trim: ByteRange | null) => Promise<'accepted' | 'refused'>;

/** The masked output so far, by offset. Reads are null where it was given up, which only happens before the tail window. */
export type LogSource = {
  readonly endByte: number;
  read(fromByte: number, toByte: number): Promise<Buffer | null>;
  linesBefore(byte: number): Promise<number | null>;
};

/** The end of a log, for the transaction that stores the attempt's result: like a last call of `ship`. */
export type LastPieces = { lastChunks: LogChunk[]; lastTrim: ByteRange | null };

export type LogShipper = {
  /** To be called after each growth of the source. Cheap. */
  appended(): void;
  /**
   * Ships all but the last `chunkBytes` and hands those out, with the part of the chunk on the edge of the tail window that
   * is to be kept: at most twice `chunkBytes`. The source must not grow any more. Waits for as long as the store is away.
   */
  finish(): Promise<LastPieces | 'refused' | 'stopped'>;
  /** Ships nothing more; a call of `ship` under way is left to itself. */
  stop(): void;
};

type ShipperOptions = {
  source: LogSource;
  limits: LogLimits;
  ship: ShipLog;
  /** Called once, when the store has refused a batch. */
  onRefused: () => void;
  /** A clock in ms that never goes back. */
  now: () => number;
};

/**
 * Cuts the output into chunks and ships them, one batch at a time. With the last pieces stored, the store holds exactly the
 * first `headBytes` and the last `tailBytes` of the output, and never more than that on the way.
 */
export function createLogShipper({ source, limits, ship, onRefused, now }: ShipperOptions): LogShipper {
  const cadence = createShipCadence(limits);
  const ledger = createTailLedger();
  const stopped = Promise.withResolvers<void>();
  let state: 'shipping' | 'finishing' | 'refused' | 'stopped' = 'shipping';
  let sleeper: { until: 'output' | 'retry'; wake: () => void } | null = null;
  let nextSeq = 0;
  let nextByte = 0;
  let nextLine = 0;
  /** When the first byte behind the last batch came; null when there is none or it was not seen coming. */
  let firstByteAt: number | null = null;

  const loop = shipUntilFinished();
  // Its error is for finish(), which awaits it; until then it must not count as unhandled.
  loop.catch(() => {});

  async function shipUntilFinished(): Promise<void> {
    while (await isChunkDue()) {
      const { chunks, trim } = await cutBatch();
      if (chunks.length > 0) await shipBatch(await Promise.all(chunks.map(compressChunk)), trim);
    }
  }

  /** Waits until a chunk is to be closed; false when none will be any more, or only the last pieces. */
  async function isChunkDue(): Promise<boolean> {
    while (!isOver()) {
      const waitingBytes = source.endByte - nextRange().fromByte;
      if (state === 'finishing') return waitingBytes > limits.chunkBytes;
      if (waitingBytes >= limits.chunkBytes) return true;
      firstByteAt = waitingBytes > 0 ? (firstByteAt ?? now()) : null;
      const waitMs = firstByteAt === null ? Infinity : cadence.dueAt(firstByteAt) - now();
      if (waitMs <= 0) return true;
      await sleep('output', waitMs);
    }
    return false;
  }

  async function cutBatch(): Promise<Batch> {
    const chunks: RawChunk[] = [];
    if (source.endByte - nextByte < limits.chunkBytes) cadence.closed(now());
    firstByteAt = null;
    do {
      const chunk = await cutNext();
      if (!chunk) break;
      chunks.push(chunk);
      // After the first chunk only full ones: the rest may still grow.
    } while (chunks.length < limits.batchChunksMax && source.endByte - nextByte >= limits.chunkBytes);
    return trimmed(chunks, nextByte - limits.tailBytes);
  }

  /** Null when the bytes left the tail window while they were read: the next call begins further on. */
  async function cutNext(): Promise<RawChunk | null> {
    const range = nextRange();
    const chunk = await cut(nextSeq, range, range.fromByte === nextByte ? nextLine : undefined);
    if (!chunk) return null;
    nextSeq += 1;
    nextByte = range.toByte;
    nextLine = chunk.lineOffset + chunk.lineCount;
    return chunk;
  }

  /** What the next chunk would hold now: nothing across the head's border, nothing that has left the tail window already. */
  function nextRange(): ByteRange {
    const { headBytes, tailBytes, chunkBytes } = limits;
    const fromByte = nextByte < headBytes ? nextByte : Math.max(nextByte, source.endByte - tailBytes);
    const borderByte = fromByte < headBytes ? headBytes : Infinity;
    return { fromByte, toByte: Math.min(fromByte + chunkBytes, borderByte, source.endByte) };
  }

  async function cut(
    seq: number,
    { fromByte, toByte }: ByteRange,
    knownLine?: number,
  ): Promise<RawChunk | null> {
    const lineOffset = knownLine ?? (await source.linesBefore(fromByte));
    if (lineOffset === null) return null;
    const bytes = await source.read(fromByte, toByte);
    return bytes && { seq, fromByte, lineOffset, lineCount: countLineFeeds(bytes), bytes };
  }

  /** Enters the chunks in the ledger, moves the tail window to `windowByte`, and keeps what is in the head or the window. */
  function trimmed(chunks: RawChunk[], windowByte: number): Batch {
    const isInTail = (chunk: RawChunk) => chunk.fromByte >= limits.headBytes;
    for (const chunk of chunks.filter(isInTail)) {
      ledger.add({ seq: chunk.seq, fromByte: chunk.fromByte, toByte: chunk.fromByte + chunk.bytes.length });
    }
    const trim = ledger.moveWindow(windowByte);
    return { chunks: chunks.filter((chunk) => !isInTail(chunk) || chunk.fromByte >= windowByte), trim };
  }

  async function shipBatch(batch: LogChunk[], trim: ByteRange | null): Promise<void> {
    for (let pauseMs = limits.retryMs; !isOver(); pauseMs = Math.min(2 * pauseMs, limits.retryMsMax)) {
      const answer = await offer(batch, trim);
      if (answer === 'accepted') return;
      if (answer === 'refused') refuse();
      else await sleep('retry', pauseMs);
    }
  }

  async function offer(batch: LogChunk[], trim: ByteRange | null): Promise<'accepted' | 'refused' | 'away'> {
    try {
      return await ship(batch, trim);
    } catch {
      // Safe to go on: nothing is lost, the same batch comes again. `ship` is the caller's and sees its own errors.
      return 'away';
    }
  }

  function refuse(): void {
    if (isOver()) return;
    state = 'refused';
    onRefused();
  }

  async function cutLastPieces(): Promise<LastPieces> {
    const windowByte = source.endByte - limits.tailBytes;
    const pieces: (RawChunk | null)[] = [];
    while (nextRange().fromByte < source.endByte) pieces.push(await cutNext());
    const { chunks, trim } = trimmed(pieces.map(certain), windowByte);
    const edge = ledger.cutChunk(windowByte);
    if (edge) chunks.unshift(certain(await cut(edge.seq, { fromByte: windowByte, toByte: edge.toByte })));
    return { lastChunks: await Promise.all(chunks.map(compressChunk)), lastTrim: trim };
  }

  function isOver(): boolean {
    return state === 'refused' || state === 'stopped';
  }

  function sleep(until: 'output' | 'retry', ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === Infinity ? undefined : setTimeout(wake, ms);
      function wake(): void {
        clearTimeout(timer);
        sleeper = null;
        resolve();
      }
      sleeper = { until, wake };
    });
  }

  return {
    appended() {
      const isFirst = firstByteAt === null;
      if (isFirst) firstByteAt = now();
      if (sleeper?.until !== 'output') return;
      if (isFirst || source.endByte - nextByte >= limits.chunkBytes) sleeper.wake();
    },
    async finish() {
      if (state === 'shipping') state = 'finishing';
      sleeper?.wake();
      // A call of ship that hangs must not keep finish() from seeing that it was stopped.
      await Promise.race([loop, stopped.promise]);
      return state === 'refused' || state === 'stopped' ? state : cutLastPieces();
    },
    stop() {
      if (!isOver()) state = 'stopped';
      sleeper?.wake();
      stopped.resolve();
    },
  };
}

type Batch = { chunks: RawChunk[]; trim: ByteRange | null };

function certain(chunk: RawChunk | null): RawChunk {
  if (!chunk) throw new Error('the end of a log was given up before it was shipped');
  return chunk;
}
