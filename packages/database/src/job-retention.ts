import { sql } from 'kysely';
import type { Retention } from '@crafting-table/contracts/retention';
import type { Database } from './connect.ts';
import { keptBy, lookThroughAll, NEEDED_JOBS, ROUND_MAX } from './retention-limits.ts';

export type OldJob = { id: string; project: string };

/**
 * Finished jobs beyond the age or the count that their project keeps, or beyond the count of the whole farm, and that no series
 * needs; the oldest of them.
 */
export async function findOldJobs(
  db: Database,
  keep: Pick<Retention, 'job_days' | 'job_count' | 'job_count_total'>,
  projectId: string | null = null,
): Promise<OldJob[]> {
  const question = sql<OldJob>`
    with needed as materialized (${NEEDED_JOBS})
    select id, project from (
      select j.id, j.finished_at, p.id as project_id, p.name as project,
        row_number() over (partition by j.project_id order by j.finished_at desc, j.id desc) as rank,
        row_number() over (order by j.finished_at desc, j.id desc) as rank_total,
        ${keptBy('job_days', keep)} as days, ${keptBy('job_count', keep)} as count
      from jobs j join projects p on p.id = j.project_id and p.removed_at is null
      where j.status in ('passed', 'failed', 'cancelled') and j.finished_at is not null) jobs
    where (rank > count or rank_total > ${keep.job_count_total}
        or (days > 0 and finished_at < now() - make_interval(secs => days * 86400)))
      and (${projectId}::uuid is null or project_id = ${projectId})
      and not exists (select from needed where needed.job_id = jobs.id)
    order by finished_at limit ${sql.lit(ROUND_MAX)}`;
  return lookThroughAll(db, question);
}

/** Jobs removed by one statement, with their attempts, logs and findings. */
const BATCH = 200;

/** Removes jobs with all that hangs on them. One that was queued again meanwhile stays. Returns how many went. */
export async function removeJobs(db: Database, ids: readonly string[]): Promise<number> {
  let removed = 0;
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH);
    const gone = await sql`
      with locked as materialized (
        select id from jobs where id = any(${batch}::uuid[]) and status in ('passed', 'failed', 'cancelled')
        order by id for update)
      delete from jobs using locked where jobs.id = locked.id`.execute(db);
    removed += Number(gone.numAffectedRows ?? 0);
  }
  return removed;
}

/** Forgets what series remember of jobs that are gone. */
export async function forgetRunsOfRemovedJobs(db: Database): Promise<void> {
  await sql`delete from series_runs where not exists (select from jobs where jobs.id = series_runs.job_id)`.execute(
    db,
  );
}
