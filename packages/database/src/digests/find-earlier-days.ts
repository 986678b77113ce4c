import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import type { EarlierMail } from './facts.ts';
import { askEach, type FactsWanted, type OfProject } from './facts-wanted.ts';

/** Of mails in a row that nobody got. */
const MAILS_MAX = 10;
const TREND_DAYS = 14;

/** The newest mail that somebody got, and those after it that nobody did; the newest first. */
export async function findEarlierMails(
  db: Database,
  wanted: readonly FactsWanted[],
): Promise<OfProject<EarlierMail>[]> {
  const question = sql<EarlierMail>`
    select date::text, state, error, recipients from outbox
    where project_id = wanted.project_id and date < wanted.date and date >= coalesce((
      select max(date) from outbox where project_id = wanted.project_id and date < wanted.date
        and recipients @> '[{"state": "sent"}]'), '-infinity')
    order by outbox.date desc limit ${sql.lit(MAILS_MAX)}`;
  return (await askEach(wanted, question).execute(db)).rows;
}

/** Findings that were open on each of the days before, the newest first. */
export async function findTrend(
  db: Database,
  wanted: readonly FactsWanted[],
): Promise<OfProject<{ date: string; open: number }>[]> {
  const question = sql<{ date: string; open: number }>`
    select date::text, (content->'trend'->-1->>'open')::int as open from digests
    where project_id = wanted.project_id and date < wanted.date order by digests.date desc limit ${sql.lit(TREND_DAYS - 1)}`;
  const found = await askEach(wanted, question).execute(db);
  return found.rows.filter(({ open }) => open !== null);
}
