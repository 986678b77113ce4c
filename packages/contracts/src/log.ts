// The shape of a stored log: numbered pieces of one attempt's output, addressed by their offset in the whole output.
import { z } from 'zod';

/** At most this much of an attempt's output is stored: its first HEAD bytes and its last TAIL bytes. */
export const LOG_HEAD_BYTES = 10 * 1024 ** 2;
export const LOG_TAIL_BYTES = 40 * 1024 ** 2;
/** A chunk is closed at this size, or this long after its first byte, whichever is first. */
export const LOG_CHUNK_BYTES = 256 * 1024;
export const LOG_CHUNK_MS = 250;

/** Offsets count from 0 over everything the recipe printed, so a gap in them is exactly what was left out. */
export const LogChunk = z.object({
  seq: z.int().nonnegative(),
  byte_offset: z.int().nonnegative(),
  byte_length: z.int().positive(),
  /** Number of line feeds before this chunk. */
  line_offset: z.int().nonnegative(),
  line_count: z.int().nonnegative(),
  /** zstd, level 1. */
  data: z.instanceof(Uint8Array),
});
export type LogChunk = z.infer<typeof LogChunk>;

/** What is said of an attempt's log once it is closed. */
export const LogSummary = z.object({
  /** Everything the recipe printed. */
  bytes: z.int().nonnegative(),
  lines: z.int().nonnegative(),
  /** What is kept of it, and the SHA-256 of just that, in hex. */
  stored_bytes: z.int().nonnegative(),
  stored_sha256: z.string(),
  omitted_bytes: z.int().nonnegative(),
  omitted_lines: z.int().nonnegative(),
});
export type LogSummary = z.infer<typeof LogSummary>;
