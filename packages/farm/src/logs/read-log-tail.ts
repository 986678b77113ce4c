import { LOG_TAIL_LINES } from '@crafting-table/contracts/job';
import type { Database } from '@crafting-table/database/connect';
import { listLastChunks } from '@crafting-table/database/log-chunks';
import { bytesOfChunk } from './decompress.ts';
import { lastLines } from './last-lines.ts';

const CHUNKS_AT_ONCE = [2, 12] as const;
/** A longer line is cut in the tail; the log itself has it whole. */
const LINE_LENGTH_MAX = 4000;

/** The last lines of what is stored of an attempt's log, without their line feeds. */
export async function readLogTail(db: Database, of: { jobId: string; attempt: number }): Promise<string[]> {
  if (of.attempt === 0) return [];
  let lines: string[] = [];
  for (const limit of CHUNKS_AT_ONCE) {
    const chunks = await listLastChunks(db, { ...of, limit });
    const pieces = await Promise.all(chunks.map((chunk) => bytesOfChunk(chunk, 0)));
    lines = lastLines(pieces, { linesMax: LOG_TAIL_LINES, charsMax: LINE_LENGTH_MAX });
    if (lines.length >= LOG_TAIL_LINES || chunks.length < limit) break;
  }
  return lines;
}
