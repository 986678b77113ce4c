// What the queries of retention have in common.
import { sql, type RawBuilder } from 'kysely';
import type { ProjectRetention } from '@crafting-table/contracts/project-retention';
import type { Database } from './connect.ts';

/** Things of one kind that one round removes; the next round goes on. It bounds what a round holds in memory. */
export const ROUND_MAX = 100_000;

/**
 * Asks a question that looks at every row there is. The planner expects few groups of jobs and walks an index for each, which
 * for 800,000 findings of 200,000 jobs took 28 s; told to hash them, with memory for it, it took 4.
 */
export function lookThroughAll<Row>(db: Database, question: RawBuilder<Row>): Promise<Row[]> {
  return db.transaction().execute(async (transaction) => {
    await sql`select set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)`.execute(
      transaction,
    );
    return (await question.execute(transaction)).rows;
  });
}

/** A limit of the project `p` where it has one of its own, else the farm's. */
export function keptBy<Limit extends keyof ProjectRetention>(
  limit: Limit,
  farm: Record<Limit, number>,
): RawBuilder<number> {
  return sql<number>`coalesce((p.retention->>${sql.lit(limit)})::float8, ${farm[limit]}::float8)`;
}

/** Commits of the default branch that a new branch may have begun at: see series/load-series.ts. */
const ORIGINS_MAX = 200;

/**
 * Jobs that are never removed, nor are their findings: the newest one of each series and the newest one at its head, which is
 * another one when an old commit was tried again; those that a new branch may be compared with; and those in which a finding that
 * is still open was seen first.
 */
export const NEEDED_JOBS = sql`
  select job_id from (
    select r.job_id, row_number() over (partition by r.series_id order by r.at desc) as rank,
      r.sha = s.head_sha as is_head, row_number() over (partition by r.series_id, r.sha order by r.at desc) as rank_at_commit,
      s.branch = p.default_branch as is_default
    from series_runs r join series s on s.id = r.series_id join projects p on p.id = s.project_id) runs
  where rank <= case when is_default then ${sql.lit(ORIGINS_MAX)} else 1 end or (is_head and rank_at_commit = 1)
  union
  select first_job_id from tracked_findings where is_open`;
