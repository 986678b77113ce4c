import type { Database } from '@crafting-table/database/connect';
import {
  closeDigestDay,
  findDayBefore,
  findDigestDay,
  giveUpDaysBefore,
  insertDigestDay,
  takeDigestDay,
} from '@crafting-table/database/digests/days';
import { findUnsettledMs } from '@crafting-table/database/digests/find-unsettled';
import { findUndigested, type UndigestedProject } from '@crafting-table/database/digests/store-digests';
import { runningClock } from '../running-clock.ts';
import { dayBefore, dueDay, earlier, endOf, type DueDay } from './digest-day.ts';
import type { DigestSettings } from './digest-settings.ts';
import { keepDigests, makeDigests } from './make-digests.ts';

/** Who makes a day's digests says so again after each batch; after this silence somebody else goes on. */
const TURN_MS = 60_000;
const BATCH = 100;
/** Projects asked about in one statement; what is known of them at once is a megabyte or two. */
const TOGETHER = 25;
/** Such groups at once, on a connection each: attempts need the others. */
const AT_ONCE = 2;
/** After a longer absence older days are not written down any more. */
const MISSED_MAX = 62;

/**
 * One pass: when the time of a day has come, makes the digest of each project that has none of it. It may be called by any number of
 * processes, at any time and again; each project gets one. Returns how many were made.
 */
export async function tendDigests(db: Database, settings: DigestSettings, now: Date): Promise<number> {
  const day = dueDay(settings, now);
  if (day === null) return 0;
  const known = (await findDigestDay(db, day.date)) ?? (await beginDay(db, settings, day, now));
  if (known?.state !== 'composing') return 0;
  return composeDay(db, settings, { ...day, dueAt: known.due_at, expiresAt: known.expires_at }, now);
}

/** Writes the day down, and those before it that nobody did or nobody finished. */
async function beginDay(db: Database, settings: DigestSettings, day: DueDay, now: Date) {
  const last = await findDayBefore(db, day.date);
  const missed = last === null ? [] : daysBetween(settings, last, day.date);
  for (const each of missed) await insertDigestDay(db, rowOf(each, 'missed'));
  await giveUpDaysBefore(db, day.date);
  await insertDigestDay(db, rowOf(day, now < day.expiresAt ? 'composing' : 'missed'));
  return findDigestDay(db, day.date);
}

/** The newest of them, the oldest first. */
function daysBetween(settings: DigestSettings, last: string, date: string): DueDay[] {
  const days: DueDay[] = [];
  let day = dayBefore(settings, date);
  while (day !== null && day.date > last && days.length < MISSED_MAX) {
    days.unshift(day);
    day = dayBefore(settings, day.date);
  }
  return days;
}

function rowOf({ date, dueAt, expiresAt }: DueDay, state: 'composing' | 'missed') {
  return { date, due_at: dueAt, expires_at: expiresAt, state };
}

async function composeDay(db: Database, settings: DigestSettings, day: DueDay, now: Date): Promise<number> {
  const clock = runningClock(now);
  const to = earlier(endOf(day.dueAt), new Date(now.getTime() - (await findUnsettledMs(db))));
  let held: Date | null = null;
  let made = 0;
  let after: string | null = null;
  for (;;) {
    const until: Date = new Date(clock().getTime() + TURN_MS);
    if (!(await takeDigestDay(db, day.date, { now: clock(), until, held }))) return made;
    held = until;
    const of = { date: day.date, createdBefore: day.dueAt, after, limit: BATCH };
    const projects: UndigestedProject[] = await findUndigested(db, of);
    if (projects.length === 0) break;
    after = projects.at(-1)!.id; // There is one.
    const work = async () => {
      for (let group = projects.splice(0, TOGETHER); group.length > 0; group = projects.splice(0, TOGETHER)) {
        const digests = await makeDigests(db, settings, group, { date: day.date, to });
        const kept = await keepDigests(db, digests, { at: now, expiresAt: day.expiresAt });
        made += kept;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }
  await closeDigestDay(db, day.date);
  return made;
}
