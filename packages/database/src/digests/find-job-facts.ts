import { sql } from 'kysely';
import type { Reason } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import { findingsOf } from '../findings.ts';
import { ENDED } from './ended-jobs.ts';
import { LINES_MAX, type BrokenJobFact, type RecipeFact } from './facts.ts';
import { askEach, type FactsWanted, type OfProject } from './facts-wanted.ts';
import { failingSince, verdictsOf } from './verdicts.ts';

type RecipeRow = Omit<RecipeFact, 'last'> & { last: Omit<RecipeFact['last'], 'at'>; at: Date };

/** Each recipe that ended: its newest job, and how those before it went. */
export async function findRecipeFacts(
  db: Database,
  wanted: readonly FactsWanted[],
): Promise<OfProject<RecipeFact>[]> {
  const question = sql<RecipeRow>`
    with ended as (select * from (${ENDED}) as ended where branch = any(wanted.branches)),
    last as (
      select distinct on (subproject, recipe, branch) * from ended
      order by subproject, recipe, branch, finished_at desc, id desc, attempt desc),
    counts as (
      select subproject, recipe, branch, count(*) as ended, count(*) filter (where status = 'failed') as failed,
        count(*) filter (where status = 'failed' and reason in ('exit', 'gate')) as failures
      from ended group by subproject, recipe, branch)
    select last.subproject, last.recipe, last.branch, counts.ended, counts.failed, counts.failures, last.finished_at as at,
      coalesce(last.findings_summary, (
        select summary from series_runs r where r.job_id = last.id and r.attempt = last.attempt))->'tests' as tests,
      jsonb_build_object('jobId', last.id, 'attempt', last.attempt, 'status', last.status, 'reason', last.reason,
        'exitCode', last.exit_code, 'detail', last.detail,
        'findings', coalesce(last.findings_count, ${findingsOf(sql`last.id`, sql`last.attempt`)})) as last,
      (select status from (${verdictsOf(sql`s.id`)} and r.at < wanted.from_at order by r.at desc limit 1) as verdict) as before,
      case when last.status = 'failed' and last.reason in ('exit', 'gate') then
        ${failingSince(sql`s.id`, sql`last.finished_at`)} end as "failingSince",
      coalesce((select jsonb_agg(data order by ordinal) from tool_runs
        where job_id = last.id and tool_runs.attempt = last.attempt), '[]') as "toolRuns"
    from last join counts using (subproject, recipe, branch)
    left join series s on s.project_id = wanted.project_id and s.subproject = last.subproject and s.recipe = last.recipe
      and s.branch = last.branch
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
      from (${ENDED}) as ended where status = 'failed' and reason = any(${BROKEN}::text[])) as broken
    where place <= ${sql.lit(LINES_MAX)} order by at`;
  return (await askEach(wanted, question).execute(db)).rows;
}
