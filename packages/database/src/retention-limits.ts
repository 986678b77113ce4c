// What the queries of retention have in common.
import { sql, type RawBuilder } from 'kysely';
import type { ProjectRetention } from '@crafting-table/contracts/project-retention';
import type { RemovedThings } from '@crafting-table/contracts/retention';
import type { Database } from './connect.ts';

/** What is to go, or went. */
export type Amount = Pick<RemovedThings, 'project' | 'count' | 'bytes'>;

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

/** Of one project, and without jobs that go in the same round: what hangs on them goes with them and counts no more. */
export type Among = { projectId?: string | null; without?: readonly string[] };

export function isNoneOf(jobIds: readonly string[], jobId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`not exists (select from unnest(${[...jobIds]}::uuid[]) as going (id) where going.id = ${jobId})`;
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
export const NEEDED_JOBS = neededJobs({ series: sql`true`, findings: sql`true` });

/** Of these jobs those that are needed by now: from finding what is old to removing it a closed finding may have come back. */
export function neededAmong(jobIds: readonly string[]): RawBuilder<unknown> {
  const ids = sql`select unnest(${[...jobIds]}::uuid[])`; // As an array it would be gone through for each finding.
  return neededJobs({
    series: sql`s.id in (select series_id from series_runs where job_id in (${ids}))`,
    findings: sql`first_job_id in (${ids})`,
  });
}

function neededJobs(among: Record<'series' | 'findings', RawBuilder<unknown>>): RawBuilder<unknown> {
  return sql`
    select job_id from series s join projects p on p.id = s.project_id, lateral (
      (select job_id from series_runs r where r.series_id = s.id order by r.at desc
        limit case when s.branch = p.default_branch then ${sql.lit(ORIGINS_MAX)} else 1 end)
      union all
      (select job_id from series_runs r where r.series_id = s.id and r.sha = s.head_sha order by r.at desc limit 1)) runs
    where ${among.series}
    union
    select first_job_id from tracked_findings where is_open and ${among.findings}`;
}
