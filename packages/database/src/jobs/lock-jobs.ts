import { sql, type RawBuilder } from 'kysely';

/**
 * The ids of the jobs that fit, locked in the order of ids; to be named `as materialized` in front of an update of all of
 * them. Two statements that lock the same rows in two orders wait for each other until Postgres ends one with an error, and
 * a lease that is not renewed in time costs an attempt.
 */
export function lockJobs(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select id from jobs where ${condition} order by id for no key update`;
}
