import { sql } from 'kysely';
import type { Digest, DigestOutcome, OutboxState, Recipient } from '@crafting-table/contracts/digest';
import type { Database } from '../connect.ts';
import type { Owner } from '../projects.ts';
import { NAMED_CONTENT } from './named-content.ts';

export type DigestRow = {
  project: string;
  outcome: Exclude<DigestOutcome, 'missed'> | null;
  from_at: Date | null;
  to_at: Date | null;
  content: Digest | null;
  message_id: string | null;
  state: OutboxState | null;
  tries: number | null;
  recipients: Recipient[] | null;
  error: string | null;
};

/** Of every project that was there on that day, in the order of their names; `outcome` is null where nothing was made. */
export async function listDigestRows(
  db: Database,
  day: { date: string; owner: Owner; createdBefore: Date },
): Promise<DigestRow[]> {
  const found = await sql<DigestRow>`
    select p.name as project, outcome, from_at, to_at, ${NAMED_CONTENT} as content, message_id, state, tries, recipients, error
    from projects p
    left join digests d on d.project_id = p.id and d.date = ${day.date}
    left join outbox o on o.project_id = p.id and o.date = ${day.date}
    where removed_at is null and (${day.owner}::text is null or owner = ${day.owner})
      and (created_at < ${day.createdBefore} or d.date is not null)
    order by p.name`.execute(db);
  return found.rows;
}

export async function findDigest(
  db: Database,
  of: { date: string; project: string; owner: Owner },
): Promise<Digest | null> {
  const found = await sql<{ content: Digest }>`
    select ${NAMED_CONTENT} as content from digests d join projects p on p.id = d.project_id and p.removed_at is null
    where d.date = ${of.date} and p.name = ${of.project} and (${of.owner}::text is null or owner = ${of.owner})`.execute(
    db,
  );
  return found.rows[0]?.content ?? null;
}
