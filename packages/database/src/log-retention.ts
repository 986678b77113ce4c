import { sql } from 'kysely';
import type { Retention } from '@crafting-table/contracts/retention';
import type { Connection, Database } from './connect.ts';
import { isNoneOf, keptBy, lookThroughAll, ROUND_MAX, type Amount, type Among } from './retention-limits.ts';

/** Whether retention took this attempt's log. */
export async function isLogRemoved(db: Database, of: { jobId: string; attempt: number }): Promise<boolean> {
  const found = await sql`
    select from attempts
    where job_id = ${of.jobId} and number = ${of.attempt} and log_removed_at is not null`.execute(db);
  return found.rows.length > 0;
}

export type OldLog = Amount & { jobId: string; attempt: number; bytes: number };

/**
 * Stored logs of attempts that are over which are beyond an age, a count or the bytes that their project keeps, or beyond
 * the bytes of the whole farm; the oldest of them. It looks at every attempt that still has a log, so it is for once an hour.
 */
export async function findOldLogs(
  db: Database,
  keep: Pick<Retention, 'log_days' | 'log_count' | 'log_bytes' | 'log_bytes_total'>,
  { projectId = null, without = [] }: Among = {},
): Promise<OldLog[]> {
  const question = sql<OldLog>`
    select job_id as "jobId", number as attempt, project, 1 as count, own_bytes as bytes from (
      select a.job_id, a.number, a.finished_at, p.id as project_id, p.name as project,
        coalesce(a.log_stored_bytes, 0) as own_bytes,
        row_number() over newest_first as rank,
        sum(coalesce(a.log_stored_bytes, 0)) over newest_first as bytes,
        sum(coalesce(a.log_stored_bytes, 0)) over (order by a.finished_at desc, a.job_id desc, a.number desc) as bytes_total,
        ${keptBy('log_days', keep)} as days, ${keptBy('log_count', keep)} as count, ${keptBy('log_bytes', keep)} as bytes_max
      from attempts a join jobs j on j.id = a.job_id join projects p on p.id = j.project_id
      where a.status <> 'running' and a.log_removed_at is null and ${isNoneOf(without, sql`a.job_id`)}
      window newest_first as (partition by j.project_id order by a.finished_at desc, a.job_id desc, a.number desc)
    ) logs
    where (rank > count or bytes > bytes_max or bytes_total > ${keep.log_bytes_total}
        or (days > 0 and finished_at < now() - make_interval(secs => days * 86400)))
      and (${projectId}::uuid is null or project_id = ${projectId})
    order by finished_at limit ${sql.lit(ROUND_MAX)}`;
  return lookThroughAll(db, question);
}

/** Removes stored logs and notes that on their attempts; it holds no lock that a running attempt wants. Returns what went. */
export async function removeLogs(
  db: Connection,
  old: readonly Pick<OldLog, 'jobId' | 'attempt'>[],
): Promise<Amount[]> {
  const gone = await sql<Amount>`
    with marked as (
      update attempts set log_removed_at = now()
      from unnest(${old.map((log) => log.jobId)}::uuid[], ${old.map((log) => log.attempt)}::int[]) as due (job_id, number)
      where attempts.job_id = due.job_id and attempts.number = due.number
        and attempts.status <> 'running' and log_removed_at is null
      returning attempts.job_id, attempts.number, coalesce(log_stored_bytes, 0) as bytes),
    gone as (
      delete from log_chunks using marked
      where log_chunks.job_id = marked.job_id and log_chunks.attempt = marked.number)
    select name as project, count(*) as count, sum(bytes)::bigint as bytes
    from marked join jobs on jobs.id = marked.job_id join projects on projects.id = jobs.project_id group by name`.execute(
    db,
  );
  return gone.rows;
}
