// What the queries of retention have in common.
import { sql, type RawBuilder } from 'kysely';
import type { ProjectRetention } from '@crafting-table/contracts/project-retention';

/** Things of one kind that one round removes; the next round goes on. It bounds what a round holds in memory. */
export const ROUND_MAX = 100_000;

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
