import { sql } from 'kysely';
import type { Retention } from '@crafting-table/contracts/retention';
import type { Connection, Database } from './connect.ts';
import { ROUND_MAX, type Amount } from './retention-limits.ts';

export type OldDigest = Amount & { projectId: string; date: string };

/**
 * Digests beyond the age, the oldest of them; none whose mail is still to go out, and never the newest of a project, because the
 * next one begins where it ended. None of that can change until they are removed.
 */
export async function findOldDigests(
  db: Database,
  { digest_days: days }: Pick<Retention, 'digest_days'>,
  projectId: string | null = null,
): Promise<OldDigest[]> {
  if (days === 0) return [];
  const found = await sql<OldDigest>`
    select d.project_id as "projectId", d.date::text, p.name as project, 1 as count, null::bigint as bytes
    from digests d join projects p on p.id = d.project_id and p.removed_at is null
    where d.to_at < now() - make_interval(secs => ${days}::float8 * 86400)
      and (${projectId}::uuid is null or d.project_id = ${projectId})
      and exists (select from digests newer where newer.project_id = d.project_id and newer.date > d.date)
      and not exists (select from outbox o
        where o.date = d.date and o.project_id = d.project_id and o.state in ('pending', 'sending'))
    order by d.to_at limit ${sql.lit(ROUND_MAX)}`.execute(db);
  return found.rows;
}

/** Removes digests with their mails. Returns what went. */
export async function removeDigests(
  db: Connection,
  old: readonly Pick<OldDigest, 'projectId' | 'date'>[],
): Promise<Amount[]> {
  const gone = await sql<Amount>`
    with gone as (
      delete from digests
      using unnest(${old.map((each) => each.projectId)}::uuid[], ${old.map((each) => each.date)}::date[])
        as due (project_id, date)
      where digests.project_id = due.project_id and digests.date = due.date
      returning digests.project_id)
    select name as project, count(*) as count, null::bigint as bytes
    from gone join projects on projects.id = gone.project_id group by name`.execute(db);
  return gone.rows;
}

/**
 * Forgets days beyond the age. Those since the last one that was made to its end stay: each digest tells of the days that were
 * missed before it.
 */
export async function forgetOldDays(
  db: Database,
  { digest_days: days }: Pick<Retention, 'digest_days'>,
): Promise<void> {
  if (days === 0) return;
  await sql`
    delete from digest_days
    where due_at < now() - make_interval(secs => ${days}::float8 * 86400)
      and date < (select max(date) from digest_days where state = 'done')`.execute(db);
}
