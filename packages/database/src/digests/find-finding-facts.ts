import { sql } from 'kysely';
import type { FindingKind } from '@crafting-table/contracts/finding';
import { SEVERITIES } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import { LINES_MAX, type FindingFact } from './facts.ts';
import { askEach, type FactsWanted, type OfProject } from './facts-wanted.ts';

/** Somebody said that these are nobody's business, or they are only the consequence of another. */
const LEFT_OUT = ['suppressed', 'not_affected', 'cascade', 'information'];
/** The first job of a series is no wall of news, but for what nobody may wait with. */
const ALWAYS_NEWS: FindingKind[] = ['cve', 'malware'];

/** Numbers are sorted several times as fast as words. */
const CLASSES: FindingFact['class'][] = ['new', 'fixed', 'open', 'flaky'];

/** New, fixed, flaky and open ones: of each the worst LINES_MAX, and how many there are. */
export async function findFindingFacts(
  db: Database,
  wanted: readonly FactsWanted[],
): Promise<OfProject<FindingFact>[]> {
  // The rows are wide: they are sorted without what only the chosen ones are asked for.
  const question = sql<FindingFact>`
    with known as materialized (
      select t.id, s.recipe, s.subproject, array_position(${[...SEVERITIES]}::text[], t.severity) as rank, t.is_open,
        t.flaky_since is not null as is_flaky, t.first_at,
        t.first_at >= wanted.from_at and (not t.since_first_run or t.kind = any(${ALWAYS_NEWS}::text[])) as is_news,
        case when t.reopen_count > 0 then (
          select max(e.at) from finding_events e
          where e.tracked_id = t.id and e.event = 'reopened' and e.at >= wanted.from_at and e.at < wanted.to_at) end as back_at
      from series s join tracked_findings t on t.series_id = s.id
      where s.project_id = wanted.project_id and s.branch = any(wanted.branches) and t.first_at < wanted.to_at
        and (t.is_open or (t.closed_at >= wanted.from_at and t.closed_at < wanted.to_at))
        and (t.could_act or not coalesce(t.data->'actionable'->'reasons' ?| ${LEFT_OUT}::text[], false))
        and t.fingerprint not in (
          select fingerprint from acceptances a
          where a.project_id = wanted.project_id and a.lifted_at is null and (a.until is null or a.until > wanted.to_at))),
    classed as materialized (
      select *, case
        when not is_open then ${sql.lit(CLASSES.indexOf('fixed'))}
        when is_flaky then ${sql.lit(CLASSES.indexOf('flaky'))}
        when is_news or back_at is not null then ${sql.lit(CLASSES.indexOf('new'))}
        else ${sql.lit(CLASSES.indexOf('open'))} end as class
      from known),
    ranked as (
      select id, recipe, subproject, back_at, (${CLASSES}::text[])[class + 1] as class,
        count(*) over (partition by class) as total,
        row_number() over (partition by class order by rank, first_at, id) as place
      from classed)
    select class, total, t.kind, t.tool, ranked.recipe, ranked.subproject, t.severity, t.rule, t.path, t.line,
      t.data->>'message' as message, t.data->'package' as package, t.data->'advisory' as advisory,
      t.data->'test'->>'name' as test,
      case class when 'new' then coalesce(back_at, first_at) when 'flaky' then flaky_since else first_at end as since,
      class = 'new' and back_at is not null as "isBack",
      case when class = 'fixed' then coalesce(closed_job_id, first_job_id) else first_job_id end as "jobId"
    from ranked join tracked_findings t using (id) where place <= ${sql.lit(LINES_MAX)} order by class, place`;
  return (await askEach(wanted, question).execute(db)).rows;
}
