// Counts of what ended, for the metrics: each end is one row of `job_ends` until it is added up in `job_totals`.
import { sql, type RawBuilder } from 'kysely';
import type { Recipe, TerminalStatus } from '@crafting-table/contracts/words';
import type { Database } from './connect.ts';

/** Upper bounds in seconds, the same for waiting and running; beyond the last one there is one more bucket. */
export const BUCKET_BOUNDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200] as const;

export type JobTotal = {
  recipe: Recipe;
  status: TerminalStatus;
  /** Empty when the job ended without one. */
  reason: string;
  /** -1: it never waited, or never ran. */
  waited_bucket: number;
  ran_bucket: number;
  jobs: number;
  waited_secs: number;
  ran_secs: number;
};

/** Ends added up by one statement: a farm at its busiest makes a few hundred in the time between two rounds. */
const ENDS_PER_ROUND = 50_000;

/** Adds up the ends so far, which are forgotten as such, and returns how many. Safe to call in several processes at once. */
export async function addUpJobEnds(db: Database): Promise<number> {
  const taken = await sql<{ taken: number }>`
    with taken as (
      delete from job_ends where id in (
        select id from job_ends order by id limit ${sql.lit(ENDS_PER_ROUND)} for update skip locked)
      returning *),
    added as (
      insert into job_totals (recipe, status, reason, waited_bucket, ran_bucket, jobs, waited_secs, ran_secs)
      select * from (${totalsOf(sql`taken`)}) totals order by 1, 2, 3, 4, 5
      on conflict (recipe, status, reason, waited_bucket, ran_bucket) do update
        set jobs = job_totals.jobs + excluded.jobs, waited_secs = job_totals.waited_secs + excluded.waited_secs,
          ran_secs = job_totals.ran_secs + excluded.ran_secs)
    select count(*) as taken from taken`.execute(db);
  return taken.rows[0]!.taken;
}

/** Everything that ever ended, what is not added up yet included. */
export async function readJobTotals(db: Database): Promise<JobTotal[]> {
  const found = await sql<JobTotal>`
    select recipe, status, reason, waited_bucket, ran_bucket, sum(jobs)::bigint as jobs, sum(waited_secs) as waited_secs,
      sum(ran_secs) as ran_secs
    from (
      select recipe, status, reason, waited_bucket, ran_bucket, jobs, waited_secs, ran_secs from job_totals
      union all ${totalsOf(sql`job_ends`)}) totals
    group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`.execute(db);
  return found.rows;
}

function totalsOf(relation: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select recipe, status, reason, ${bucketOf(sql`waited_secs`)} as waited_bucket, ${bucketOf(sql`ran_secs`)} as ran_bucket,
      count(*) as jobs, coalesce(sum(waited_secs), 0) as waited_secs, coalesce(sum(ran_secs), 0) as ran_secs
    from ${relation} group by 1, 2, 3, 4, 5`;
}

function bucketOf(secs: RawBuilder<unknown>): RawBuilder<number> {
  const bounds = sql.lit(`{${BUCKET_BOUNDS.join(',')}}`);
  return sql<number>`coalesce(width_bucket(${secs}, ${bounds}::double precision[]), -1)::smallint`;
}
