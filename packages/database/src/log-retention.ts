import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** What is kept of each project's logs: whatever is newer, among the newest, and within the bytes. 0 days: any age. */
export type LogRetention = { days: number; attempts: number; bytes: number };

/** Whether retention took this attempt's log. */
export async function isLogRemoved(db: Database, of: { jobId: string; attempt: number }): Promise<boolean> {
  const found = await sql`
    select from attempts
    where job_id = ${of.jobId} and number = ${of.attempt} and log_removed_at is not null`.execute(db);
  return found.rows.length > 0;
}

/** Logs removed by one statement; it holds no lock that a running attempt wants. */
const BATCH = 500;

/**
 * Removes stored logs that retention no longer keeps, of attempts that are over, and notes that on the attempt. Returns how
 * many went; it looks at every attempt that still has a log, so it is for once an hour.
 */
export async function removeOldLogs(db: Database, keep: LogRetention): Promise<number> {
  const due = await sql<{ job_id: string; number: number }>`
    select job_id, number from (
      select a.job_id, a.number, a.finished_at,
        row_number() over newest_first as rank,
        sum(coalesce(a.log_stored_bytes, 0)) over newest_first as bytes
      from attempts a join jobs j on j.id = a.job_id
      where a.status <> 'running' and a.log_removed_at is null
      window newest_first as (partition by j.project_id order by a.finished_at desc, a.job_id desc, a.number desc)
    ) logs
    where rank > ${keep.attempts} or bytes > ${keep.bytes}
      or (${keep.days}::float8 > 0 and finished_at < now() - make_interval(secs => ${keep.days * 86_400}))`.execute(
    db,
  );
  for (let start = 0; start < due.rows.length; start += BATCH) {
    const batch = due.rows.slice(start, start + BATCH);
    await sql`
      with marked as (
        update attempts set log_removed_at = now()
        from unnest(${batch.map((row) => row.job_id)}::uuid[], ${batch.map((row) => row.number)}::int[])
          as due (job_id, number)
        where attempts.job_id = due.job_id and attempts.number = due.number and attempts.status <> 'running'
        returning attempts.job_id, attempts.number)
      delete from log_chunks using marked
      where log_chunks.job_id = marked.job_id and log_chunks.attempt = marked.number`.execute(db);
  }
  return due.rows.length;
}
