import { sql } from 'kysely';
import type { Retention } from '@crafting-table/contracts/retention';
import type { Connection, Database } from './connect.ts';
import { ROUND_MAX, type Amount } from './retention-limits.ts';

export type OldEntry = Amount & { id: number };

/** Entries of the audit log beyond the age, the oldest of them. */
export async function findOldEntries(
  db: Database,
  { audit_days: days }: Pick<Retention, 'audit_days'>,
): Promise<OldEntry[]> {
  if (days === 0) return [];
  const found = await sql<OldEntry>`
    select id, null::text as project, 1 as count, null::bigint as bytes from audit
    where at < now() - make_interval(secs => ${days}::float8 * 86400) order by id limit ${sql.lit(ROUND_MAX)}`.execute(
    db,
  );
  return found.rows;
}

/** Returns what went. */
export async function removeEntries(db: Connection, old: readonly Pick<OldEntry, 'id'>[]): Promise<Amount[]> {
  const gone = await sql<Amount>`
    with gone as (delete from audit where id = any(${old.map(({ id }) => id)}::bigint[]) returning id)
    select null::text as project, count(*) as count, null::bigint as bytes from gone having count(*) > 0`.execute(
    db,
  );
  return gone.rows;
}
