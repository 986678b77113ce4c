import { sql } from 'kysely';
import type { Database } from '../connect.ts';

/**
 * For how long, in milliseconds, the oldest transaction of the farm has been at it. What it writes has the time of its beginning, and
 * nobody sees it before its end. Retention, a backup and a person's psql end no job and do not count.
 */
export async function findUnsettledMs(db: Database): Promise<number> {
  const found = await sql<{ ms: number }>`
    select coalesce(1000 * extract(epoch from clock_timestamp() - min(xact_start)), 0)::float8 as ms from pg_stat_activity
    where datname = current_database() and application_name like 'crafting-%'
      and application_name <> 'crafting-retention' and pid <> pg_backend_pid()`.execute(db);
  return Math.max(0, Math.ceil(found.rows[0]?.ms ?? 0));
}
