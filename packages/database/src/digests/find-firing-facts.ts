import { sql } from 'kysely';
import { RECIPES } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import { wasAnEnd } from './ended-jobs.ts';
import { LINES_MAX, type FiringFact } from './facts.ts';
import { askEach, type FactsWanted, type OfProject } from './facts-wanted.ts';

/** A firing that was not made by then, or whose jobs have not ended, is told: nothing says yet that all is well. */
const OVERDUE_SECS = 600;

/** Firings that were not as they should be. */
export async function findFiringFacts(
  db: Database,
  wanted: readonly FactsWanted[],
): Promise<OfProject<FiringFact>[]> {
  const question = sql<FiringFact>`
    with known as not materialized (
      select schedule_key as key, recipe, subproject, ref, tz, local_minute as local, late, missed, refusal, fired_at,
        due_at as at, job_ids
      from firings where project_id = wanted.project_id and recipe is not null),
    unfinished as (
      select known.*, bool_or(j.status = 'running') over firing as runs, row_number() over firing as place
      from jobs j join known on j.id = any(known.job_ids)
      where j.project_id = wanted.project_id and j.status in ('queued', 'running') and ${isItsOwn()}
        and fired_at < wanted.to_at - make_interval(secs => ${OVERDUE_SECS})
      window firing as (partition by key, local)),
    odd as (
      select 0 as place, case when refusal is not null then 'refused' else 'made' end as fate,
        recipe, subproject, ref, tz, local, late, missed, refusal, 1 as count, at, job_ids[1] as "jobId"
      from known where fired_at >= wanted.from_at and fired_at < wanted.to_at and (late or missed > 0 or refusal is not null)
      union all
      select 0, 'cancelled', known.recipe, subproject, ref, tz, local, false, 0, null, 1, at, min(j.id::text)::uuid
      from unnest(${[...RECIPES]}::text[]) as cancelled (recipe)
      cross join lateral (
        select id from jobs j where project_id = wanted.project_id and recipe = cancelled.recipe and status = 'cancelled'
          and finished_at >= wanted.from_at and finished_at < wanted.to_at and ${isItsOwn()}) as j
      join known on j.id = any(job_ids)
      group by key, known.recipe, subproject, ref, tz, local, at
      union all
      (select distinct on (key, runs) 1, case when runs then 'running' else 'waiting' end, recipe, subproject, ref, tz,
        local, false, 0, null, count(*) over (partition by key, runs), at, job_ids[1]
      from unfinished where place = 1 order by key, runs, at)
      union all
      select 2, 'overdue', recipe, subproject, ref, tz, local, late, missed, null, 1, begin_at, job_ids[1]
      from (select known.*, ${firstMissed()} as begin_at from known where fired_at >= wanted.to_at) as made_later
      where begin_at < wanted.to_at - make_interval(secs => ${OVERDUE_SECS})
      union all
      select 2, 'overdue', recipe, subproject, ref, tz, next_local, false, 0, null, 1, next_at, null from schedules
      where project_id = wanted.project_id and enabled and not gone
        and next_at < wanted.to_at - make_interval(secs => ${OVERDUE_SECS}))
    select fate, recipe, subproject, ref, tz, local, late, missed, refusal, count, at, "jobId", count(*) over () as total
    from odd order by place, at, local limit ${sql.lit(LINES_MAX)}`;
  return (await askEach(wanted, question).execute(db)).rows;
}

/** What a job `j` comes to is that of its firing no more when it had ended, and somebody tries it again. */
function isItsOwn() {
  return sql`not exists (
    select from attempts a
    where a.job_id = j.id and (${wasAnEnd} or (a.status = 'cancelled' and a.finished_at < wanted.from_at)))`;
}

/**
 * When the first of those was due that a firing made up for, itself when it did for none. Only how many they were is known: they are
 * taken to lie evenly between it and the firing before.
 */
function firstMissed() {
  return sql`known.at - known.missed::float8 / (known.missed + 1) * (known.at - coalesce((
    select p.due_at from firings p
    where p.project_id = wanted.project_id and p.schedule_key = known.key and p.local_minute < known.local
    order by p.local_minute desc limit 1), known.at))`;
}

/** How often schedules fired. */
export async function countFirings(
  db: Database,
  wanted: readonly FactsWanted[],
): Promise<OfProject<{ fired: number }>[]> {
  const question = sql<{ fired: number }>`
    select count(*) as fired from firings
    where project_id = wanted.project_id and fired_at >= wanted.from_at and fired_at < wanted.to_at`;
  return (await askEach(wanted, question).execute(db)).rows;
}
