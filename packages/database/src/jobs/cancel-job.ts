import { sql } from 'kysely';
import type { Database } from '../connect.ts';

export type CancelAnswer = 'cancelled' | 'requested' | 'finished';

/** Cancels a queued job at once; asks the worker of a running one, which the sweep backs up. */
export async function cancelJob(db: Database, jobId: string, reason: string): Promise<CancelAnswer> {
  const changed = await sql<{ status: string }>`
    with ended as (
      update jobs set status = 'cancelled', reason = 'cancelled', detail = ${reason}, finished_at = now(),
        cancel_requested_at = now(), cancel_reason = ${reason}
      where id = ${jobId} and status = 'queued' returning id, attempt, status),
    asked as (
      update jobs set cancel_requested_at = coalesce(cancel_requested_at, now()),
        cancel_reason = coalesce(cancel_reason, ${reason})
      where id = ${jobId} and status = 'running' returning id, attempt, status)
    select status, pg_notify('crafting_job', id || '.' || attempt) from ended
    union all
    select status, pg_notify('crafting_cancel', id || '.' || attempt) from asked`.execute(db);
  const row = changed.rows[0];
  if (!row) return 'finished';
  return row.status === 'cancelled' ? 'cancelled' : 'requested';
}
