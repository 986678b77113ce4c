import type { Database } from '@crafting-table/database/connect';
import { listLogChunks } from '@crafting-table/database/log-chunks';
import { bytesOfChunk } from './decompress.ts';
import { createRecentBytes } from './recent-bytes.ts';
import { createTurns } from './take-turns.ts';

export type LogPiece =
  | { kind: 'bytes'; offset: number; bytes: Buffer }
  /** Bytes that were printed and not kept; `nextLine` is the number, from 1, of the line that the log goes on in. */
  | { kind: 'gap'; offset: number; length: number; nextLine: number };

/** Chunks fetched at once: at most 1 MiB of text in memory for each reader, and those at the same place share it. */
const CHUNKS_PER_READ = 4;

/** Of the connections of this process. However many follow a log that grows by megabytes, the rest is for other requests. */
const READS_AT_ONCE = 4;
const turns = createTurns(READS_AT_ONCE);

/** Those who follow one log are close together: what one of them has unpacked is there for the others, and garbage once. */
const UNPACKED_BYTES_MAX = 8 * 1024 ** 2;
const unpacked = createRecentBytes(UNPACKED_BYTES_MAX);

/** What is stored of an attempt's log from a byte on, in order, as far as it goes now. */
export async function* readLogPieces(
  db: Database,
  of: { jobId: string; attempt: number },
  fromByte: number,
): AsyncGenerator<LogPiece> {
  let position = fromByte;
  for (;;) {
    const chunks = await readChunks(db, of, position);
    for (const { byteOffset, lineOffset, bytes } of chunks) {
      if (byteOffset > position) {
        yield { kind: 'gap', offset: position, length: byteOffset - position, nextLine: lineOffset + 1 };
        position = byteOffset;
      }
      yield { kind: 'bytes', offset: position, bytes: bytes.subarray(position - byteOffset) };
      position = byteOffset + bytes.length;
    }
    if (chunks.length < CHUNKS_PER_READ) return;
  }
}

function readChunks(db: Database, of: { jobId: string; attempt: number }, fromByte: number) {
  return turns.take(`${of.jobId} ${of.attempt} ${fromByte}`, async () => {
    const rows = await listLogChunks(db, { ...of, fromByte, limit: CHUNKS_PER_READ });
    return Promise.all(
      rows.map(async (row) => ({
        byteOffset: row.byte_offset,
        lineOffset: row.line_offset,
        bytes: await unpacked.get(`${of.jobId} ${of.attempt} ${row.seq}`, () => bytesOfChunk(row, 0)),
      })),
    );
  });
}

/** All there is of a log that retention took. */
export const REMOVED_LINE = '[crafting-table] this log was removed, it is older or more than this farm keeps';

/** The line that stands in a log for what was left out. */
export function gapLine(bytes: number): string {
  return `\n[crafting-table] ${bytes} bytes of output left out here\n`;
}
