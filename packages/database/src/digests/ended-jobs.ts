// Ends of jobs. A job that somebody tries again has one row and forgets how it ended; its attempts do not.
import { ATTEMPTS_MAX } from '@crafting-table/contracts/project';
import { sql } from 'kysely';

/** An attempt `a` after which its job was not queued again by itself: it was the end, whatever somebody made of the job later. */
export const wasAnEnd = sql<boolean>`(a.status in ('passed', 'failed') and (
  not exists (select from jobs own where own.id = a.job_id and own.recipe_snapshot->'retry_on' ? a.reason)
  or ${sql.lit(ATTEMPTS_MAX)} <= (
    select count(*) from attempts e where e.job_id = a.job_id and e.number <= a.number and e.status <> 'returned')))`;

/** Each time that a job passed or failed between two digests: what the jobs say, and of those that were tried again their attempts. */
export const ENDED = sql`
  select id, attempt, subproject, recipe, coalesce(ref, wanted.default_branch) as branch, status, reason, exit_code, detail,
    findings_count, findings_summary, finished_at
  from jobs where project_id = wanted.project_id and finished_at >= wanted.from_at and finished_at < wanted.to_at
    and status in ('passed', 'failed')
  union all
  select j.id, a.number, j.subproject, j.recipe, coalesce(j.ref, wanted.default_branch), a.status, a.reason, a.exit_code, a.detail,
    null, null, a.finished_at
  from jobs j join attempts a on a.job_id = j.id
  where j.project_id = wanted.project_id
    and ((j.finished_at >= wanted.from_at and j.attempt > 1) or (j.status in ('queued', 'running') and j.attempt > 0))
    and (a.number < j.attempt or j.finished_at is null)
    and a.finished_at >= wanted.from_at and a.finished_at < wanted.to_at and ${wasAnEnd}`;
