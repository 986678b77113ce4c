import { sql } from 'kysely';
import type { Retention } from '@crafting-table/contracts/retention';
import type { Connection, Database } from './connect.ts';
import {
  isNoneOf,
  keptBy,
  lookThroughAll,
  neededAmong,
  NEEDED_JOBS,
  ROUND_MAX,
  type Amount,
  type Among,
} from './retention-limits.ts';

export type OldFindings = Amount & { jobId: string; attempt: number; bytes: number };

/**
 * Attempts that are over whose findings are beyond the age, the count or the bytes that their project keeps, or beyond the bytes
 * of the whole farm, and that no series needs; the oldest of them. What a series knows of a finding, its state and its history, is kept apart and stays.
 */
export async function findOldFindings(
  db: Database,
  keep: Pick<Retention, 'findings_days' | 'findings_count' | 'findings_bytes' | 'findings_bytes_total'>,
  { projectId = null, without = [] }: Among = {},
): Promise<OldFindings[]> {
  const question = sql<OldFindings>`
    with needed as materialized (${NEEDED_JOBS}),
    stored as (
      select job_id, attempt, count(*) as count, sum(pg_column_size(data)) as bytes from findings group by job_id, attempt)
    select job_id as "jobId", attempt, project, own_count as count, own_bytes as bytes from (
      select s.job_id, s.attempt, a.finished_at, p.id as project_id, p.name as project, s.count as own_count, s.bytes as own_bytes,
        sum(s.count) over newest_first as so_far, sum(s.bytes) over newest_first as bytes_so_far,
        sum(s.bytes) over (order by a.finished_at desc, s.job_id desc, s.attempt desc) as bytes_total,
        ${keptBy('findings_days', keep)} as days, ${keptBy('findings_count', keep)} as count,
        ${keptBy('findings_bytes', keep)} as bytes_max
      from stored s join attempts a on a.job_id = s.job_id and a.number = s.attempt
        join jobs j on j.id = s.job_id join projects p on p.id = j.project_id and p.removed_at is null
      where a.status <> 'running' and j.status not in ('queued', 'running') and ${isNoneOf(without, sql`s.job_id`)}
      window newest_first as (partition by j.project_id order by a.finished_at desc, s.job_id desc, s.attempt desc)
    ) attempts
    where (so_far > count or bytes_so_far > bytes_max or bytes_total > ${keep.findings_bytes_total}
        or (days > 0 and finished_at < now() - make_interval(secs => days * 86400)))
      and (${projectId}::uuid is null or project_id = ${projectId})
      and not exists (select from needed where needed.job_id = attempts.job_id)
    order by finished_at limit ${sql.lit(ROUND_MAX)}`;
  return lookThroughAll(db, question);
}

/**
 * Removes findings and notes that on their attempts. What the tools said of themselves stays, and so do findings of a job that was
 * queued again or has come to be needed meanwhile. Returns what went.
 */
export async function removeFindings(
  db: Connection,
  old: readonly Pick<OldFindings, 'jobId' | 'attempt'>[],
): Promise<Amount[]> {
  const ids = old.map(({ jobId }) => jobId);
  const gone = await sql<Amount>`
    with needed as materialized (${neededAmong(ids)}),
    marked as (
      update attempts set findings_removed_at = now()
      from unnest(${ids}::uuid[], ${old.map(({ attempt }) => attempt)}::int[]) as due (job_id, number)
      join jobs on jobs.id = due.job_id and jobs.status not in ('queued', 'running')
      where attempts.job_id = due.job_id and attempts.number = due.number and attempts.status <> 'running'
        and not exists (select from needed where needed.job_id = due.job_id)
      returning attempts.job_id, attempts.number, jobs.project_id),
    gone as (
      delete from findings using marked
      where findings.job_id = marked.job_id and findings.attempt = marked.number
      returning marked.project_id, pg_column_size(data) as bytes)
    select name as project, count(*) as count, sum(bytes) as bytes
    from gone join projects on projects.id = gone.project_id group by name`.execute(db);
  return gone.rows;
}
