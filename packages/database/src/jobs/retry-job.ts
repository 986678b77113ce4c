import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { fairTurn, TURN_MAX } from './insert-jobs.ts';

/** Queues a finished job for another attempt on the same recipe and commit. False when it is not finished, or removed. */
export async function retryJob(db: Database, jobId: string): Promise<boolean> {
  const queued = await sql`
    update jobs set status = 'queued', reason = null, exit_code = null, detail = null, findings_count = 0, findings_summary = null,
      queued_at = now(), dispatched_at = null, claimed_at = null, preparing_at = null, started_at = null,
      finished_at = null, cancel_requested_at = null, cancel_reason = null,
      turn = least(${sql.lit(TURN_MAX)}, ${fairTurn(sql`target.project_id`)})
    from (select jobs.id, project_id from jobs join projects on projects.id = project_id and removed_at is null
      where jobs.id = ${jobId}) target
    where jobs.id = target.id and jobs.status in ('passed', 'failed', 'cancelled')`.execute(db);
  return queued.numAffectedRows === 1n;
}
