import { sql } from 'kysely';
import type { Retention } from '@crafting-table/contracts/retention';
import type { Connection, Database } from './connect.ts';
import {
  keptBy,
  lookThroughAll,
  neededAmong,
  NEEDED_JOBS,
  ROUND_MAX,
  type Amount,
} from './retention-limits.ts';

export type OldJob = Amount & { id: string; attempt: number };

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
    select id, attempt, project, 1 as count, null::bigint as bytes from (
      select j.id, j.attempt, j.finished_at, p.id as project_id, p.name as project,
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

/**
 * Removes jobs with all that hangs on them. One that was queued again meanwhile stays, also when that attempt has ended, and so does
 * one that has come to be needed. Returns what went.
 */
export async function removeJobs(
  db: Connection,
  old: readonly Pick<OldJob, 'id' | 'attempt'>[],
): Promise<Amount[]> {
  const ids = old.map(({ id }) => id);
  const gone = await sql<Amount>`
    with needed as materialized (${neededAmong(ids)}),
    locked as materialized (
      select jobs.id from jobs
      join unnest(${ids}::uuid[], ${old.map(({ attempt }) => attempt)}::int[]) as due (id, attempt) using (id, attempt)
      where status in ('passed', 'failed', 'cancelled') and not exists (select from needed where needed.job_id = jobs.id)
      order by jobs.id for update of jobs),
    gone as (delete from jobs using locked where jobs.id = locked.id returning jobs.project_id)
    select name as project, count(*) as count, null::bigint as bytes
    from gone join projects on projects.id = gone.project_id group by name`.execute(db);
  return gone.rows;
}

/** Forgets what series remember of jobs that are gone. */
export async function forgetRunsOfRemovedJobs(db: Database): Promise<void> {
  await sql`delete from series_runs where not exists (select from jobs where jobs.id = series_runs.job_id)`.execute(
    db,
  );
}
