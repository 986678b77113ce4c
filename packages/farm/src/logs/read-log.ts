import type { LogQuery } from '@crafting-table/contracts/job';
import { LOG_HEAD_BYTES } from '@crafting-table/contracts/log';
import type { Database } from '@crafting-table/database/connect';
import { findJob } from '@crafting-table/database/jobs/find-job';
import { findChunkOfLine, listLogChunks, measureLog } from '@crafting-table/database/log-chunks';
import { isLogRemoved } from '@crafting-table/database/log-retention';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { gapLine, readLogPieces, REMOVED_LINE } from './read-log-pieces.ts';
import { createLineSelection } from './select-lines.ts';

/** First and last byte, both included, as in a Range header; `last` null means to the end, `first` null the last N. */
export type ByteRange = { first: number | null; last: number | null };

export type LogAnswer = {
  /** Set when a range was asked for: what the answer covers, and the length of everything printed so far. */
  range: { first: number; last: number; total: number } | null;
  pieces: AsyncGenerator<Buffer>;
};

/** The log of an attempt, or a part of it, as a stream of bytes. A gap is told in a line of its own. */
export async function readLog(
  db: Database,
  caller: Caller,
  id: string,
  query: LogQuery,
  range: ByteRange | null,
): Promise<LogAnswer | Refusal> {
  const job = await findJob(db, id, visibleTo(caller));
  if (!job) return refuse('not_found');
  const of = { jobId: id, attempt: query.attempt ?? job.attempt };
  if (query.from_line !== undefined || query.lines !== undefined) {
    return {
      range: null,
      pieces: readLines(db, of, query.from_line ?? 1, query.lines ?? Number.MAX_SAFE_INTEGER),
    };
  }
  if (!range) return { range: null, pieces: readBytes(db, of, query.offset ?? 0) };
  const extent = await measureLog(db, of);
  const total = extent.end_byte;
  const covered = coverRange(range, extent);
  if (!covered) return refuse('range_not_satisfiable', `The log has ${total} bytes.`);
  return { range: { ...covered, total }, pieces: readRange(db, of, covered) };
}

/**
 * The part of a range that is stored, in one piece: a range that reaches into what was left out ends there, and one
 * that begins in it begins where the log goes on. Null when nothing of it is there.
 */
export function coverRange(
  range: ByteRange,
  extent: { end_byte: number; stored_bytes: number },
): { first: number; last: number } | null {
  const end = extent.end_byte - 1;
  const gapStart = LOG_HEAD_BYTES;
  const gapEnd = gapStart + (extent.end_byte - extent.stored_bytes);
  let first = range.first ?? Math.max(0, extent.end_byte - (range.last ?? 0));
  let last = range.first === null ? end : Math.min(end, range.last ?? end);
  if (gapEnd > gapStart) {
    if (first >= gapStart && first < gapEnd) first = gapEnd;
    if (first < gapStart && last >= gapStart) last = gapStart - 1;
  }
  return first <= last ? { first, last } : null;
}

async function* readBytes(
  db: Database,
  of: { jobId: string; attempt: number },
  from: number,
): AsyncGenerator<Buffer> {
  let isEmpty = true;
  for await (const piece of readLogPieces(db, of, from)) {
    isEmpty = false;
    yield piece.kind === 'bytes' ? piece.bytes : Buffer.from(gapLine(piece.length));
  }
  if (isEmpty && (await isLogRemoved(db, of))) yield Buffer.from(`${REMOVED_LINE}\n`);
}

async function* readRange(
  db: Database,
  of: { jobId: string; attempt: number },
  { first, last }: { first: number; last: number },
): AsyncGenerator<Buffer> {
  for await (const piece of readLogPieces(db, of, first)) {
    const room = last + 1 - piece.offset;
    if (room <= 0) return;
    if (piece.kind === 'bytes') yield piece.bytes.subarray(0, room);
  }
}

async function* readLines(
  db: Database,
  of: { jobId: string; attempt: number },
  first: number,
  count: number,
): AsyncGenerator<Buffer> {
  const start = await findChunkOfLine(db, { ...of, line: first });
  const [chunk] = await listLogChunks(db, { ...of, fromByte: start, limit: 1 });
  if (!chunk) {
    if (await isLogRemoved(db, of)) yield Buffer.from(`${REMOVED_LINE}\n`);
    return;
  }
  const selection = createLineSelection(chunk.line_offset + 1, first, count);
  for await (const piece of readLogPieces(db, of, chunk.byte_offset)) {
    if (piece.kind === 'bytes') yield selection.push(piece.bytes);
    else if (selection.skipTo(piece.nextLine)) yield Buffer.from(gapLine(piece.length));
    if (selection.done) return;
  }
}
