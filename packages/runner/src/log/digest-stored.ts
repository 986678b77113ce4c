import { createHash } from 'node:crypto';

import { countLineFeeds } from './count-line-feeds.ts';
import type { LogLimits } from './log-limits.ts';
import type { LogSource } from './log-cutter.ts';

export type StoredDigest = { stored_bytes: number; stored_lines: number; stored_sha256: string };

/**
 * Reads what is stored of a finished log once more: its head, and its tail if that is not the same. The disk has it in its
 * cache; it is at most 50 MiB, and hashing them as they come would cost the same.
 */
export async function digestStored(
  source: LogSource,
  limits: Pick<LogLimits, 'headBytes' | 'tailBytes' | 'chunkBytes'>,
): Promise<StoredDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  let lines = 0;
  const headEnd = Math.min(source.endByte, limits.headBytes);
  for (const range of [
    { fromByte: 0, toByte: headEnd },
    { fromByte: Math.max(headEnd, source.endByte - limits.tailBytes), toByte: source.endByte },
  ]) {
    // In pieces, so that the event loop breathes in between.
    for (let at = range.fromByte; at < range.toByte; at += limits.chunkBytes) {
      const piece = await source.read(at, Math.min(range.toByte, at + limits.chunkBytes));
      if (!piece) throw new Error('the log spool gave up bytes that belong to the stored log');
      hash.update(piece);
      bytes += piece.length;
      lines += countLineFeeds(piece);
    }
  }
  return { stored_bytes: bytes, stored_lines: lines, stored_sha256: hash.digest('hex') };
}
