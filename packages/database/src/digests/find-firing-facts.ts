import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { LINES_MAX, type FiringFact } from './facts.ts';
import { askEach, type FactsWanted, type OfProject } from './facts-wanted.ts';

/** A firing that was not made by then, or whose jobs still wait, is told: something is in its way. */
const OVERDUE_SECS = 600;

/** Firings that were not as they should be. */
export async function findFiringFacts(
  db: Database,
  wanted: readonly FactsWanted[],
): Promise<OfProject<FiringFact>[]> {
  const question = sql<FiringFact>`
    with made as (
      select s.recipe, s.tz, f.local_minute as local, f.late, f.missed, f.refusal, f.fired_at, f.due_at as at, s.id as schedule,
        exists (select from jobs j where j.id = any(f.job_ids) and j.status = 'queued') as waits,
        exists (select from jobs j where j.id = any(f.job_ids) and j.status = 'cancelled' and j.finished_at < wanted.to_at) as cancelled
      from firings f join schedules s on s.project_id = f.project_id and s.key = f.schedule_key
      where f.project_id = wanted.project_id and f.fired_at >= wanted.from_at and f.fired_at < wanted.to_at)
    (select case when refusal is not null then 'refused' when cancelled then 'cancelled' else 'made' end as fate,
        recipe, tz, local, late, missed, refusal, 1 as count, at
      from made where late or missed > 0 or refusal is not null or cancelled
      order by at limit ${sql.lit(LINES_MAX)})
    union all
    (select distinct on (schedule) 'waiting', recipe, tz, local, false, 0, null, count(*) over (partition by schedule), at
      from made where waits and fired_at < wanted.to_at - make_interval(secs => ${OVERDUE_SECS})
      order by schedule, at limit ${sql.lit(LINES_MAX)})
    union all
    (select 'overdue', recipe, tz, next_local, false, 0, null, 1, next_at from schedules
      where project_id = wanted.project_id and enabled and not gone
        and next_at < wanted.to_at - make_interval(secs => ${OVERDUE_SECS}) limit ${sql.lit(LINES_MAX)})`;
  return (await askEach(wanted, question).execute(db)).rows;
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
