import type { Database } from '@crafting-table/database/connect';
import { listLogChunks } from '@crafting-table/database/log-chunks';
import { bytesOfChunk } from './decompress.ts';

export type LogPiece =
  | { kind: 'bytes'; offset: number; bytes: Buffer }
  /** Bytes that were printed and not kept. */
  | { kind: 'gap'; offset: number; length: number };

/** Chunks fetched at once: at most 2 MiB of text in memory for each reader. */
const CHUNKS_PER_READ = 8;

/** What is stored of an attempt's log from a byte on, in order, as far as it goes now. */
export async function* readLogPieces(
  db: Database,
  of: { jobId: string; attempt: number },
  fromByte: number,
): AsyncGenerator<LogPiece> {
  let position = fromByte;
  for (;;) {
    const chunks = await listLogChunks(db, { ...of, fromByte: position, limit: CHUNKS_PER_READ });
    for (const chunk of chunks) {
      if (chunk.byte_offset > position) {
        yield { kind: 'gap', offset: position, length: chunk.byte_offset - position };
        position = chunk.byte_offset;
      }
      yield { kind: 'bytes', offset: position, bytes: await bytesOfChunk(chunk, position) };
      position = chunk.byte_offset + chunk.byte_length;
    }
    if (chunks.length < CHUNKS_PER_READ) return;
  }
}

/** All there is of a log that retention took. */
export const REMOVED_LINE = '[crafting-table] this log was removed, it is older or more than this farm keeps';

/** The line that stands in a log for what was left out. */
export function gapLine(bytes: number): string {
  return `\n[crafting-table] ${bytes} bytes of output left out here\n`;
}
