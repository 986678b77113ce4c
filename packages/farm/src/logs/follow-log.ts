import type { Job } from '@crafting-table/contracts/job';
import { isTerminal } from '@crafting-table/contracts/words';
import type { Database } from '@crafting-table/database/connect';
import { findJob } from '@crafting-table/database/jobs/find-job';
import type { JobRow } from '@crafting-table/database/jobs/job-row';
import { isLogRemoved } from '@crafting-table/database/log-retention';
import { visibleTo, type Caller } from '../caller.ts';
import { showJob } from '../jobs/show-job.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { createCharacterCut } from './character-cut.ts';
import { readLogPieces, REMOVED_LINE } from './read-log-pieces.ts';
import type { News } from './news.ts';

/** Where a reader is: after this many bytes of this attempt's output. */
export type LogPosition = { attempt: number; offset: number };

export type LogEvent =
  /** Whole characters, but for what is no text; the position is behind them. */
  | { kind: 'log'; position: LogPosition; bytes: Buffer }
  | { kind: 'gap'; position: LogPosition; bytes: number }
  | { kind: 'attempt'; position: LogPosition }
  | { kind: 'end'; job: Job }
  /** Nothing happened for a while; keeps proxies from closing the connection. */
  | { kind: 'idle' };

/**
 * Output in one event. A slow reader sees something soon, and what is made of an event on its way out is small enough for
 * Node to throw away at once: of whole chunks, megabytes a second would pile up until the next full collection.
 */
const EVENT_BYTES = 32 * 1024;

/**
 * The log of a job from a position on, as it grows, to its end. It pulls: a slow reader slows nobody else and costs no
 * memory, and a reader of a finished job simply runs through.
 */
export async function followLog(
  db: Database,
  caller: Caller,
  id: string,
  options: { from: LogPosition | null; attempt: number | null; news: News; signal: AbortSignal },
): Promise<AsyncGenerator<LogEvent> | Refusal> {
  const find = () => findJob(db, id, visibleTo(caller));
  const job = await find();
  if (!job) return refuse('not_found');
  const start = options.from ?? { attempt: options.attempt ?? Math.max(1, job.attempt), offset: 0 };
  return follow(db, find, job, start, options);
}

async function* follow(
  db: Database,
  find: () => Promise<JobRow | null>,
  found: JobRow,
  start: LogPosition,
  options: { attempt: number | null; news: News; signal: AbortSignal },
): AsyncGenerator<LogEvent> {
  using news = options.news.subscribe(found.id);
  let position = start;
  let job: JobRow | null = found;
  let cut = createCharacterCut();
  while (job && !options.signal.aborted) {
    // The state was read before the log, so a terminal state means that the log below is all there is.
    const isOver = isTerminal(job.status) || job.attempt > position.attempt;
    let grew = false;
    for await (const piece of readLogPieces(
      db,
      { jobId: job.id, attempt: position.attempt },
      position.offset,
    )) {
      grew = true;
      if (piece.kind === 'gap') {
        const rest = cut.end(); // A character that the gap cut in two is not continued by what follows the gap.
        if (rest.length > 0) yield { kind: 'log', position, bytes: rest };
        position = { ...position, offset: piece.offset + piece.length };
        yield { kind: 'gap', position, bytes: piece.length };
        continue;
      }
      for (let at = 0; at < piece.bytes.length; at += EVENT_BYTES) {
        const bytes = cut.push(piece.bytes.subarray(at, at + EVENT_BYTES));
        position = {
          ...position,
          offset: Math.min(piece.offset + piece.bytes.length, piece.offset + at + EVENT_BYTES),
        };
        if (bytes.length > 0)
          yield { kind: 'log', position: { ...position, offset: position.offset - cut.pending }, bytes };
      }
    }
    if (isOver) {
      const rest = cut.end();
      if (rest.length > 0) yield { kind: 'log', position, bytes: rest };
      else if (!grew && (await isLogRemoved(db, { jobId: job.id, attempt: position.attempt }))) {
        yield { kind: 'log', position, bytes: Buffer.from(`${REMOVED_LINE}\n`) };
      }
      if (job.attempt <= position.attempt || options.attempt !== null) {
        yield { kind: 'end', job: showJob(job) };
        return;
      }
      position = { attempt: position.attempt + 1, offset: 0 };
      cut = createCharacterCut();
      yield { kind: 'attempt', position };
      continue;
    }
    if (!grew) yield { kind: 'idle' };
    await news.next(options.signal);
    job = await find();
  }
}
