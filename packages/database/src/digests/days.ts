// The days on which digests are due, and who is making them.
import { sql } from 'kysely';
import type { Database } from '../connect.ts';

export type DigestDayRow = {
  /** `2026-03-08` */
  date: string;
  due_at: Date;
  expires_at: Date;
  state: 'composing' | 'done' | 'missed';
};

/** Of several processes that write a day, one does; what stands there already stays. */
export async function insertDigestDay(db: Database, day: DigestDayRow): Promise<void> {
  await sql`
    insert into digest_days (date, due_at, expires_at, state)
    values (${day.date}, ${day.due_at}, ${day.expires_at}, ${day.state}) on conflict do nothing`.execute(db);
}

export async function findDigestDay(db: Database, date: string): Promise<DigestDayRow | null> {
  const found = await sql<DigestDayRow>`
    select date::text, due_at, expires_at, state from digest_days where date = ${date}`.execute(db);
  return found.rows[0] ?? null;
}

/** The newest day before this one. */
export async function findDayBefore(db: Database, date: string): Promise<string | null> {
  const found = await sql<{ date: string }>`
    select date::text from digest_days where date < ${date} order by date desc limit 1`.execute(db);
  return found.rows[0]?.date ?? null;
}

/** Takes, or keeps, the making of a day's digests until then. False while somebody else is at it. */
export async function takeDigestDay(
  db: Database,
  date: string,
  turn: { now: Date; until: Date; held: Date | null },
): Promise<boolean> {
  const taken = await sql`
    update digest_days set composing_until = ${turn.until}
    where date = ${date} and state = 'composing'
      and (composing_until is null or composing_until < ${turn.now} or composing_until = ${turn.held})`.execute(
    db,
  );
  return taken.numAffectedRows === 1n;
}

export async function closeDigestDay(db: Database, date: string): Promise<void> {
  await sql`update digest_days set state = 'done', composing_until = null where date = ${date}`.execute(db);
}

/** Days that nobody came to the end of are missed by the projects that have no digest of them. */
export async function giveUpDaysBefore(db: Database, date: string): Promise<void> {
  await sql`
    update digest_days set state = 'missed', composing_until = null where date < ${date} and state = 'composing'`.execute(
    db,
  );
}

/** Days between two, those excluded, on which digests were missed, the oldest first. */
export async function listMissedDays(db: Database, after: string, before: string): Promise<string[]> {
  const found = await sql<{ date: string }>`
    select date::text from digest_days where date > ${after} and date < ${before} and state = 'missed' order by date`.execute(
    db,
  );
  return found.rows.map(({ date }) => date);
}
