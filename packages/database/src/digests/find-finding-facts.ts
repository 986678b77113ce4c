import { sql } from 'kysely';
import { SEVERITIES } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import { FLAWS, LINES_MAX, type FindingFact } from './facts.ts';
import { askEach, isDeclared, type FactsWanted, type OfProject } from './facts-wanted.ts';

/** Somebody said that these are nobody's business, or they are only the consequence of another. */
const LEFT_OUT = ['suppressed', 'not_affected', 'cascade', 'information'];

/** Numbers are compared several times as fast as words. */
const CLASSES: FindingFact['class'][] = ['new', 'fixed', 'open', 'flaky'];
const [NEW, FIXED, OPEN, FLAKY] = CLASSES.map((_, index) => sql.lit(index));

/** New, fixed, flaky and open ones, of recipes that the project still has: of each LINES_MAX, known flaws and malware first, then the worst, and how many there are. */
export async function findFindingFacts(
  db: Database,
  wanted: readonly FactsWanted[],
): Promise<OfProject<FindingFact>[]> {
  const comeBack = sql`e.tracked_id = t.id and e.event = 'reopened' and e.at >= wanted.from_at and e.at < wanted.to_at`;
  // The rows are wide: all that is asked of those that are only counted stands in an index, tracked_findings_open.
  const question = sql<FindingFact>`
    with mine as materialized (
      select id, recipe, subproject, branch, recipe = 'lint' as is_lint from series s
      where project_id = wanted.project_id and branch = any(wanted.branches) and ${isDeclared}),
    accepted as materialized (
      select t.id from mine cross join acceptances a
      join tracked_findings t on t.series_id = mine.id and t.fingerprint = a.fingerprint
      where a.project_id = wanted.project_id and a.lifted_at is null and (a.until is null or a.until > wanted.to_at)),
    classed as materialized (
      select t.id, ${rank()} as rank, t.first_at, is_lint, case
          when t.flaky_since is not null then ${FLAKY}
          when t.first_at >= wanted.from_at and (not t.since_first_run or t.kind = any(${[...FLAWS]}::text[])) then ${NEW}
          when t.reopen_count > 0 and exists (select from finding_events e where ${comeBack}) then ${NEW}
          else ${OPEN} end as class
      from mine join tracked_findings t on t.series_id = mine.id
      where t.is_open and t.first_at < wanted.to_at and ${isSomebodysBusiness()}
      union all
      select t.id, ${rank()}, t.first_at, is_lint, ${FIXED}
      from mine join tracked_findings t on t.series_id = mine.id
      where not t.is_open and t.closed_at >= wanted.from_at and t.closed_at < wanted.to_at and ${isSomebodysBusiness()}),
    chosen as (
      select (${CLASSES}::text[])[totals.class + 1] as class, total, has_flaw, has_lint, worst.*
      from (
        select class, count(*) as total, min(rank) < 0 as has_flaw, bool_or(is_lint) as has_lint
        from classed group by class) as totals
      cross join lateral (
        select id, rank from classed where classed.class = totals.class
        order by rank, first_at, id limit ${sql.lit(LINES_MAX)}) as worst)
    select class, total, has_flaw as "hasFlaw", has_lint as "hasLint", t.kind, t.tool, mine.recipe, mine.subproject,
      nullif(mine.branch, wanted.default_branch) as branch, t.severity, t.rule, t.path, t.line,
      t.data->>'message' as message, t.data->'package' as package, t.data->'advisory' as advisory,
      t.data->'test'->>'name' as test,
      case class when 'new' then coalesce(back_at, first_at) when 'flaky' then flaky_since else first_at end as since,
      back_at is not null as "isBack",
      case when class = 'fixed' then coalesce(closed_job_id, first_job_id) else coalesce(back_job_id, first_job_id) end as "jobId"
    from chosen join tracked_findings t on t.id = chosen.id join mine on mine.id = t.series_id
    left join lateral (
      select e.at as back_at, e.job_id as back_job_id from finding_events e
      where class = 'new' and reopen_count > 0 and ${comeBack} order by e.id desc limit 1) as back on true
    order by class, rank, first_at, t.id`;
  return (await askEach(wanted, question).execute(db)).rows;
}

/** The order of the lines: below zero are known flaws and malware, by severity as well. */
function rank() {
  return sql`array_position(${[...SEVERITIES]}::text[], t.severity)
    - case when t.kind = any(${[...FLAWS]}::text[]) then 100 else 0 end`;
}

/** Only those of which an index does not say that something could be done are looked at. */
function isSomebodysBusiness() {
  return sql`t.id not in (select id from accepted) and (t.could_act or not exists (
    select from tracked_findings whole
    where whole.id = t.id and whole.data->'actionable'->'reasons' ?| ${LEFT_OUT}::text[]))`;
}
