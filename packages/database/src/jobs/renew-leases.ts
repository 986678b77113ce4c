import { sql } from 'kysely';
import type { Database } from '../connect.ts';

export type HeldAttempt = { jobId: string; attempt: number };
export type RenewedAttempt = HeldAttempt & { cancelRequested: boolean };

/**
 * Renews the leases of all attempts a worker holds and says that the worker is alive, in one statement. What is not
 * among the returned ones is not held any more: its tree must be ended.
 */
export async function renewLeases(
  db: Database,
  worker: { id: string; busy: number; blocked: string | null; draining: boolean },
  held: HeldAttempt[],
  leaseSecs: number,
): Promise<RenewedAttempt[]> {
  const renewed = await sql<RenewedAttempt>`
    with alive as (
      update workers set seen_at = now(), busy = ${worker.busy}, blocked = ${worker.blocked}, draining = ${worker.draining}
      where id = ${worker.id})
    update jobs set lease_until = now() + make_interval(secs => ${leaseSecs})
    from unnest(${held.map((each) => each.jobId)}::uuid[], ${held.map((each) => each.attempt)}::int[])
      as held (job_id, attempt)
    where jobs.id = held.job_id and jobs.attempt = held.attempt and jobs.status = 'running'
    returning jobs.id as "jobId", jobs.attempt, jobs.cancel_requested_at is not null as "cancelRequested"`.execute(
    db,
  );
  return renewed.rows;
}
