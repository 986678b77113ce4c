import type { LogChunk } from '@crafting-table/contracts/log';

import { compressChunk } from './compress-chunk.ts';
import { createLogCutter } from './log-cutter.ts';
import type { LogSource } from './log-cutter.ts';
import type { LogLimits } from './log-limits.ts';
import { createShipCadence } from './ship-cadence.ts';
import type { ByteRange } from './tail-ledger.ts';

/**
 * Stores a batch in one transaction: first deletes every chunk whose byte_offset lies in [trim.fromByte, trim.toByte), then
 * puts the chunks in, each under its seq. Doing it twice is harmless. `refused` means that this attempt is over. An error
 * means that the store is away: the same batch is offered again.
 */
export type ShipLog = (batch: LogChunk[], trim: ByteRange | null) => Promise<'accepted' | 'refused'>;

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

/** Ships a growing output in chunks, one batch at a time; see `createLogCutter` for what the store ends up with. */
export function createLogShipper({ source, limits, ship, onRefused, now }: ShipperOptions): LogShipper {
  const cutter = createLogCutter(source, limits);
  const cadence = createShipCadence(limits);
  const stopped = Promise.withResolvers<void>();
  let state: 'shipping' | 'finishing' | 'refused' | 'stopped' = 'shipping';
  let sleeper: { until: 'output' | 'retry'; wake: () => void } | null = null;
  /** When the first byte behind the last batch came; null when there is none or it was not seen coming. */
  let firstByteAt: number | null = null;

  const loop = shipUntilFinished();
  // Its error is for finish(), which awaits it; until then it must not count as unhandled.
  loop.catch(() => {});

  async function shipUntilFinished(): Promise<void> {
    while (await isChunkDue()) {
      if (cutter.waitingBytes() < limits.chunkBytes) cadence.closed(now());
      firstByteAt = null;
      const { chunks, trim } = await cutter.cutBatch();
      if (chunks.length > 0) await shipBatch(await Promise.all(chunks.map(compressChunk)), trim);
    }
  }

  /** Waits until a chunk is to be closed; false when none will be any more, or only the last pieces. */
  async function isChunkDue(): Promise<boolean> {
    while (!isOver()) {
      const waitingBytes = cutter.waitingBytes();
      if (state === 'finishing') return waitingBytes > limits.chunkBytes;
      if (waitingBytes >= limits.chunkBytes) return true;
      firstByteAt = waitingBytes > 0 ? (firstByteAt ?? now()) : null;
      const waitMs = firstByteAt === null ? Infinity : cadence.dueAt(firstByteAt) - now();
      if (waitMs <= 0) return true;
      await sleep('output', waitMs);
    }
    return false;
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
    const { chunks, trim } = await cutter.cutLast();
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
      if (isFirst || cutter.waitingBytes() >= limits.chunkBytes) sleeper.wake();
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
