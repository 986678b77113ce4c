// Mails of the digest that are to go out. Whoever takes one has it for a while; what becomes of it is written under the number of
// the try, so that one who comes back late changes nothing.
import { sql } from 'kysely';
import type { Digest, OutboxState, Recipient } from '@crafting-table/contracts/digest';
import type { Database } from '../connect.ts';
import { NAMED_CONTENT } from './named-content.ts';

export type TakenMail = {
  project_id: string;
  date: string;
  message_id: string;
  recipients: Recipient[];
  /** The number of this try, from 1. */
  tries: number;
  content: Digest;
};

/**
 * The mail that waits longest, also one whose sender has not been heard of since. Null: there is none to send now. That of a removed
 * project stays where it is until it expires or goes with the project, whichever is first.
 */
export async function takeMail(db: Database, turn: { now: Date; until: Date }): Promise<TakenMail | null> {
  const taken = await sql<TakenMail>`
    with next as (
      select date, project_id from outbox join projects on projects.id = project_id and removed_at is null
      where expires_at > ${turn.now} and ((state = 'pending' and next_try_at <= ${turn.now})
        or (state = 'sending' and sending_until < ${turn.now}))
      order by next_try_at limit 1 for update of outbox skip locked)
    update outbox o set state = 'sending', sending_until = ${turn.until}, tries = tries + 1
    from next join digests d using (date, project_id) join projects p on p.id = project_id
    where o.date = next.date and o.project_id = next.project_id
    returning o.project_id, o.date::text, message_id, recipients, tries, ${NAMED_CONTENT} as content`.execute(
    db,
  );
  return taken.rows[0] ?? null;
}

/** Says that its sender is still at it. */
export async function keepMail(
  db: Database,
  mail: Pick<TakenMail, 'project_id' | 'date' | 'tries'>,
  until: Date,
): Promise<void> {
  await sql`
    update outbox set sending_until = ${until}
    where date = ${mail.date} and project_id = ${mail.project_id} and state = 'sending' and tries = ${mail.tries}`.execute(
    db,
  );
}

export type MailResult = {
  state: Extract<OutboxState, 'pending' | 'sent' | 'failed'>;
  recipients: readonly Recipient[];
  error: string | null;
  nextTryAt: Date;
  now: Date;
};

/** False when the mail was taken by somebody else meanwhile. */
export async function recordMail(
  db: Database,
  mail: Pick<TakenMail, 'project_id' | 'date' | 'tries'>,
  result: MailResult,
): Promise<boolean> {
  const recorded = await sql`
    update outbox set state = ${result.state}, recipients = ${JSON.stringify(result.recipients)}::jsonb,
      error = ${result.error}, next_try_at = ${result.nextTryAt}, sending_until = null,
      ended_at = case when ${result.state} = 'pending' then null else ${result.now}::timestamptz end
    where date = ${mail.date} and project_id = ${mail.project_id} and state = 'sending' and tries = ${mail.tries}`.execute(
    db,
  );
  return recorded.numAffectedRows === 1n;
}

/** Gives up mails whose time has passed. Returns how many. */
export async function expireMails(db: Database, now: Date): Promise<number> {
  const expired = await sql`
    update outbox set state = 'expired', ended_at = ${now}, sending_until = null,
      error = coalesce(error, 'it was not tried in time')
    where expires_at <= ${now} and (state = 'pending' or (state = 'sending' and sending_until < ${now}))`.execute(
    db,
  );
  return Number(expired.numAffectedRows ?? 0);
}
