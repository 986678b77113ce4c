import { sql } from 'kysely';
import type { Reason } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import { LINES_MAX, type BrokenJobFact, type RecipeFact } from './facts.ts';
import { askEach, type FactsWanted, type OfProject } from './facts-wanted.ts';

type RecipeRow = Omit<RecipeFact, 'last'> & { last: Omit<RecipeFact['last'], 'at'>; at: Date };

/** Each recipe that ended: its newest job, and how those before it went. */
export async function findRecipeFacts(
  db: Database,
  wanted: readonly FactsWanted[],
): Promise<OfProject<RecipeFact>[]> {
  const question = sql<RecipeRow>`
    with ended as (
      select id, attempt, subproject, recipe, coalesce(ref, wanted.default_branch) as branch, status, reason, exit_code, detail,
        findings_count, findings_summary, finished_at
      from jobs where project_id = wanted.project_id and finished_at >= wanted.from_at and finished_at < wanted.to_at
        and status in ('passed', 'failed') and coalesce(ref, wanted.default_branch) = any(wanted.branches)),
    last as (
      select distinct on (subproject, recipe, branch) * from ended
      order by subproject, recipe, branch, finished_at desc, id desc),
    counts as (
      select subproject, recipe, branch, count(*) as ended, count(*) filter (where status = 'failed') as failed,
        count(*) filter (where status = 'failed' and reason in ('exit', 'gate')) as failures
      from ended group by subproject, recipe, branch)
    select last.subproject, last.recipe, last.branch, counts.ended, counts.failed, counts.failures, last.finished_at as at,
      last.findings_summary->'tests' as tests,
      jsonb_build_object('jobId', last.id, 'attempt', last.attempt, 'status', last.status, 'reason', last.reason,
        'exitCode', last.exit_code, 'detail', last.detail, 'findings', last.findings_count) as last,
      (select j.status from jobs j where j.project_id = wanted.project_id and j.finished_at < wanted.from_at
        and j.recipe = last.recipe and j.subproject = last.subproject and coalesce(j.ref, wanted.default_branch) = last.branch
        and j.status in ('passed', 'failed') and j.reason in ('exit', 'gate')
        order by j.finished_at desc limit 1) as before,
      case when last.status = 'failed' and last.reason in ('exit', 'gate') then (
        select min(j.finished_at) from jobs j where j.project_id = wanted.project_id and j.finished_at <= last.finished_at
          and j.recipe = last.recipe and j.subproject = last.subproject and coalesce(j.ref, wanted.default_branch) = last.branch
          and j.status = 'failed' and j.reason in ('exit', 'gate')
          and j.finished_at > coalesce((
            select max(p.finished_at) from jobs p where p.project_id = wanted.project_id and p.finished_at < last.finished_at
              and p.recipe = last.recipe and p.subproject = last.subproject
              and coalesce(p.ref, wanted.default_branch) = last.branch and p.status = 'passed'), '-infinity')
        ) end as "failingSince",
      coalesce((select jsonb_agg(data order by ordinal) from tool_runs
        where job_id = last.id and tool_runs.attempt = last.attempt), '[]') as "toolRuns"
    from last join counts using (subproject, recipe, branch)
    order by last.subproject, last.recipe, last.branch`;
  const found = await askEach(wanted, question).execute(db);
  return found.rows.map(({ at, last, ...row }) => ({ ...row, last: { ...last, at } }));
}

/** Ended by something else than the recipe itself. */
const BROKEN: Reason[] = [
  'timeout',
  'no_output',
  'worker_lost',
  'setup_failed',
  'tool_missing',
  'disk_full',
  'oom',
  'log_flood',
  'refused',
];

/** The newest of them, on any branch. */
export async function findBrokenJobs(
  db: Database,
  wanted: readonly FactsWanted[],
): Promise<OfProject<BrokenJobFact>[]> {
  const question = sql<BrokenJobFact>`
    select * from (
      select count(*) over (partition by reason = 'tool_missing') as total, id as "jobId", subproject, recipe, reason, detail,
        finished_at as at, row_number() over (partition by reason = 'tool_missing' order by finished_at desc) as place
      from jobs where project_id = wanted.project_id and finished_at >= wanted.from_at and finished_at < wanted.to_at
        and status = 'failed' and reason = any(${BROKEN}::text[])) as broken
    where place <= ${sql.lit(LINES_MAX)} order by at`;
  return (await askEach(wanted, question).execute(db)).rows;
}
