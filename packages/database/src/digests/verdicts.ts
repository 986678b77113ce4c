// What recipes said each time that they came to their end, by themselves or at a gate. A series remembers that of each attempt, also
// when its job was tried again since.
import { sql, type RawBuilder } from 'kysely';

/** As a query that can go on with `and` and `order by r.at`; the index of the newest serves both. */
export function verdictsOf(series: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select r.at, r.job_id, r.attempt, a.status, a.reason, a.exit_code, a.detail
    from series_runs r join attempts a on a.job_id = r.job_id and a.number = r.attempt
    where r.series_id = ${series} and a.status in ('passed', 'failed') and a.reason in ('exit', 'gate')`;
}

/** The first of the failures up to that one with no success in between. */
export function failingSince(series: RawBuilder<unknown>, at: RawBuilder<unknown>): RawBuilder<Date> {
  return sql<Date>`coalesce((
    select at from (${verdictsOf(series)} and a.status = 'failed' and r.at <= ${at} and r.at > coalesce((
      select at from (${verdictsOf(series)} and a.status = 'passed' and r.at < ${at} order by r.at desc limit 1) as success), '-infinity')
    order by r.at limit 1) as first_failure), ${at})`;
}
