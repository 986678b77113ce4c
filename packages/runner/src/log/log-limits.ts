// Every bound of an attempt's log in one place; tests pass smaller ones.
import { LOG_CHUNK_BYTES, LOG_CHUNK_MS, LOG_HEAD_BYTES, LOG_TAIL_BYTES } from '@crafting-table/contracts/log';

export type LogLimits = {
  /** The first bytes of the output, always kept. */
  headBytes: number;
  /** The last bytes of the output, always kept. At least `chunkBytes`. */
  tailBytes: number;
  /** No chunk is larger than this before compression. */
  chunkBytes: number;
  /** A chunk is closed this long after its first byte at the latest. */
  chunkMs: number;
  /** While early chunks are left, a chunk is closed this soon after its first byte, so that a live tail feels live. */
  gatherMs: number;
  /** How many early chunks may be used up at once; one comes back every `chunkMs`. */
  earlyChunksMax: number;
  /** Chunks in one call of `ship`: what one transaction of the store should carry. */
  batchChunksMax: number;
  /** First and longest pause before a batch is offered again to a store that is away. */
  retryMs: number;
  retryMsMax: number;
  /** Size of one spool file: the step in which disk space is given back. */
  segmentBytes: number;
  /** Output held in memory while the disk is slower than the recipe; more than this is backpressure. */
  memoryBytes: number;
};

export const LOG_LIMITS: LogLimits = {
  headBytes: LOG_HEAD_BYTES,
  tailBytes: LOG_TAIL_BYTES,
  chunkBytes: LOG_CHUNK_BYTES,
  chunkMs: LOG_CHUNK_MS,
  gatherMs: 20,
  earlyChunksMax: 1_000,
  batchChunksMax: 4,
  retryMs: 100,
  retryMsMax: 5_000,
  segmentBytes: 4 * 1024 ** 2,
  memoryBytes: 4 * 1024 ** 2,
};
