import { sql } from 'kysely';
import type { Reason } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import { lockJobs } from './lock-jobs.ts';

export type SuspectAttempt = {
  jobId: string;
  attempt: number;
  started: boolean;
  cancelReason: string | null;
  reason: Extract<Reason, 'worker_lost' | 'timeout' | 'cancelled' | 'setup_failed'>;
};

/** Running attempts whose worker has not renewed its lease for so long that it counts as lost. */
export async function findExpiredLeases(db: Database, graceSecs: number): Promise<SuspectAttempt[]> {
  const found = await sql<SuspectAttempt>`
    select id as "jobId", attempt, started_at is not null as started, cancel_reason as "cancelReason",
      'worker_lost' as reason
    from jobs where status = 'running' and lease_until < now() - make_interval(secs => ${graceSecs})
    order by lease_until limit 1000`.execute(db);
  return found.rows;
}

/** Running attempts past their deadline, or whose cancel was not answered. */
export async function findOverdue(db: Database, graceSecs: number): Promise<SuspectAttempt[]> {
  const past = sql`now() - make_interval(secs => ${graceSecs})`;
  const found = await sql<SuspectAttempt>`
    select id as "jobId", attempt, started_at is not null as started, cancel_reason as "cancelReason",
      case when cancel_requested_at < ${past} then 'cancelled'
        when started_at is null then 'setup_failed' else 'timeout' end as reason
    from jobs where status = 'running' and (deadline_at < ${past} or cancel_requested_at < ${past})
    order by deadline_at limit 1000`.execute(db);
  return found.rows;
}

/** After so many claims that came to nothing the fault is not the worker's. */
const CLAIMS_MAX = 10;

/** Queues claimed jobs again whose worker gave no sign of preparing them. Returns how many. */
export async function returnUnstartedClaims(db: Database, claimSecs: number): Promise<number> {
  const isUnstarted = sql`status = 'running' and started_at is null and preparing_at is null
    and cancel_requested_at is null and claimed_at < now() - make_interval(secs => ${claimSecs})`;
  const returned = await sql`
    with locked as materialized (${lockJobs(isUnstarted)}),
    tried as (
      select id, ${sql.lit(CLAIMS_MAX)} > (
        select count(*) from attempts
        where job_id = locked.id and started_at is null and status in ('running', 'returned')) as again
      from locked),
    returned as (
      update jobs set status = case when again then 'queued' else 'failed' end,
        reason = case when again then null else 'setup_failed' end,
        detail = case when again then null else 'no worker got as far as starting it' end,
        finished_at = case when again then null else now() end,
        dispatched_at = null, lease_until = null, deadline_at = null, claimed_at = null
      from tried where jobs.id = tried.id
      returning jobs.id, attempt)
    update attempts set status = 'returned', detail = 'the worker did not start it in time', finished_at = now()
    from returned where job_id = returned.id and number = returned.attempt`.execute(db);
  return Number(returned.numAffectedRows ?? 0);
}
