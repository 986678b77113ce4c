import { sql, type RawBuilder } from 'kysely';
import type { Database } from '../connect.ts';
import { lockJobs } from './lock-jobs.ts';

export type Undelivered = { jobId: string; attempt: number; turn: number };
/** `isLate`: it was delivered, so long ago that the delivery may be lost. */
export type Due = Undelivered & { isLate: boolean };

/** Queued jobs that are to be delivered again, in their fair order: those without a delivery, then those of an old one. */
export async function findUndelivered(
  db: Database,
  options: { deliveredBeforeSecs: number; limit: number },
): Promise<Due[]> {
  const found = await sql<Due>`
    select id as "jobId", attempt + 1 as attempt, turn, dispatched_at is not null as "isLate" from (
      select * from jobs where status = 'queued'
        and (dispatched_at is null or dispatched_at < now() - make_interval(secs => ${options.deliveredBeforeSecs}))
      order by dispatched_at nulls first, turn, queued_at, id limit ${options.limit}) due
    order by turn, queued_at, id`.execute(db);
  return found.rows;
}

/** The turns of queued jobs, to put them into their first delivery. */
export async function findTurns(db: Database, jobIds: string[]): Promise<Undelivered[]> {
  const found = await sql<Undelivered>`
    select id as "jobId", attempt + 1 as attempt, turn from jobs
    where id = any(${jobIds}::uuid[]) and status = 'queued' order by turn, queued_at, id`.execute(db);
  return found.rows;
}

export async function countQueued(db: Database): Promise<number> {
  const found = await sql<{
    queued: number;
  }>`select count(*) as queued from jobs where status = 'queued'`.execute(db);
  return found.rows[0]!.queued;
}

export async function markDispatched(db: Database, jobIds: string[]): Promise<void> {
  await sql`
    with locked as materialized (${lockJobs(queuedAmong(jobIds))})
    update jobs set dispatched_at = now() from locked where jobs.id = locked.id`.execute(db);
}

/** Says that these jobs have no delivery, so that the sweep makes one. */
export async function forgetDispatch(db: Database, jobIds: string[]): Promise<void> {
  await sql`
    with locked as materialized (${lockJobs(queuedAmong(jobIds))})
    update jobs set dispatched_at = null from locked where jobs.id = locked.id`.execute(db);
}

/** Forgets all deliveries, after the queue lost its memory. Returns how many jobs will be delivered again. */
export async function forgetDeliveries(db: Database): Promise<number> {
  const forgotten = await sql`
    with locked as materialized (${lockJobs(sql`status = 'queued' and dispatched_at is not null`)})
    update jobs set dispatched_at = null from locked where jobs.id = locked.id`.execute(db);
  return Number(forgotten.numAffectedRows ?? 0);
}

/** Writes down the commit a ref pointed at, unless it is known already. */
export async function pinCommit(db: Database, jobIds: string[], sha: string): Promise<void> {
  await sql`
    with locked as materialized (${lockJobs(sql`${queuedAmong(jobIds)} and sha is null`)})
    update jobs set sha = ${sha} from locked where jobs.id = locked.id`.execute(db);
}

function queuedAmong(jobIds: string[]): RawBuilder<unknown> {
  return sql`id = any(${jobIds}::uuid[]) and status = 'queued'`;
}
