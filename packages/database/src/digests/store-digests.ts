import { sql } from 'kysely';
import type { Digest, DigestOutcome } from '@crafting-table/contracts/digest';
import type { Database } from '../connect.ts';
import type { ProjectRow } from '../projects.ts';

export type UndigestedProject = ProjectRow & {
  /** The digest before: its day and where it ended. Null: there was none. */
  previous: { date: string; to: Date } | null;
};

/**
 * Projects that were there at that moment and have no digest of the day yet, nor one of a later day, which reached over it; one alone
 * when its id is given. In the order of their ids: who goes through all of them names the last that he had, so that those before it
 * are not looked at again.
 */
export async function findUndigested(
  db: Database,
  day: { date: string; createdBefore: Date; projectId?: string | null; after?: string | null; limit: number },
): Promise<UndigestedProject[]> {
  const { projectId = null, after = null } = day;
  const found = await sql<ProjectRow & { previous_date: string | null; previous_to: Date | null }>`
    select p.*, previous.date as previous_date, previous.to_at as previous_to
    from projects p left join lateral (
      select date::text, to_at from digests where project_id = p.id and date < ${day.date}
      order by digests.date desc limit 1) as previous on true
    where removed_at is null and created_at < ${day.createdBefore}
      and (${projectId}::uuid is null or p.id = ${projectId}) and p.id > coalesce(${after}, ${NO_ID}::uuid)
      and not exists (select from digests d where d.date >= ${day.date} and d.project_id = p.id)
    order by p.id limit ${day.limit}`.execute(db);
  return found.rows.map(({ previous_date, previous_to, ...project }) => ({
    ...project,
    previous: previous_date === null || !previous_to ? null : { date: previous_date, to: previous_to },
  }));
}

/** Before all that there are. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

export type NewDigest = {
  projectId: string;
  date: string;
  from: Date;
  to: Date;
  outcome: Exclude<DigestOutcome, 'missed'>;
  content: Digest;
  /** Null when no mail is to go out. */
  mail: { messageId: string; addresses: readonly string[]; expiresAt: Date; at: Date } | null;
};

/**
 * Keeps digests and their mails together, all of them or none. Returns how many: of a project that has one of that day already, or was
 * removed, none is kept. There is never a second.
 */
export async function storeDigests(db: Database, digests: readonly NewDigest[]): Promise<number> {
  const rows = digests.map(({ projectId, mail, from, to, ...digest }) => ({
    ...digest,
    project_id: projectId,
    from_at: from,
    to_at: to,
    events: digest.content.events,
    message_id: mail?.messageId ?? null,
    recipients: (mail?.addresses ?? []).map((address) => ({ address, state: 'pending', error: null })),
    next_try_at: mail?.at ?? null,
    expires_at: mail?.expiresAt ?? null,
  }));
  const stored = await sql`
    with given as (
      select given.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (project_id uuid, date date,
        from_at timestamptz, to_at timestamptz, outcome text, events text[], content jsonb, message_id text, recipients jsonb,
        next_try_at timestamptz, expires_at timestamptz)
      join projects p on p.id = project_id and p.removed_at is null),
    made as (
      insert into digests (project_id, date, from_at, to_at, outcome, events, content)
      select project_id, date, from_at, to_at, outcome, events, content from given
      on conflict do nothing returning project_id, date),
    posted as (
      insert into outbox (project_id, date, message_id, recipients, next_try_at, expires_at)
      select project_id, date, message_id, recipients, next_try_at, expires_at
      from made join given using (project_id, date) where message_id is not null)
    select from made`.execute(db);
  return stored.rows.length;
}
