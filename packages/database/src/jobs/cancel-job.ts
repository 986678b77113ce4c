import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { findingsOf } from '../findings.ts';

export type CancelAnswer = 'cancelled' | 'requested' | 'finished';

/**
 * Cancels a queued job at once; asks the worker of a running one, which the sweep backs up. One update for both, because a
 * job that is claimed at this very moment would be missed by two. A job that waited for another attempt ends with what the
 * last one found: so its row is locked before, else an attempt that ends at this very moment would have found nothing yet.
 */
export async function cancelJob(db: Database, jobId: string, reason: string): Promise<CancelAnswer> {
  const changed = await db.transaction().execute(async (transaction) => {
    await sql`select from jobs where id = ${jobId} for no key update`.execute(transaction);
    return sql<{ status: string }>`
      with asked as (
        update jobs set status = case status when 'queued' then 'cancelled' else status end,
          reason = case status when 'queued' then 'cancelled' else reason end,
          detail = case status when 'queued' then ${reason} else detail end,
          findings_count = case status when 'queued' then ${findingsOf(sql`jobs.id`, sql`jobs.attempt`)}
            else findings_count end,
          finished_at = case status when 'queued' then now() else finished_at end,
          cancel_requested_at = coalesce(cancel_requested_at, now()),
          cancel_reason = coalesce(cancel_reason, ${reason})
        where id = ${jobId} and status in ('queued', 'running') returning id, attempt, status)
      select status, pg_notify(case status when 'cancelled' then 'crafting_job' else 'crafting_cancel' end,
        id || '.' || attempt) from asked`.execute(transaction);
  });
  const row = changed.rows[0];
  if (!row) return 'finished';
  return row.status === 'cancelled' ? 'cancelled' : 'requested';
}
