// Which day's digest is due, and until when its mail makes sense. Pure.
import { lastLocal, nextLocal } from '../schedules/cron.ts';
import type { Timing } from '../schedules/firing-times.ts';
import { instantOf, localAt } from '../schedules/wall-clock.ts';

export type DueDay = { date: string; dueAt: Date; expiresAt: Date };

/** What ended a moment before may still be being written down, by a process whose transaction has not begun; it belongs to the next digest. */
const SETTLE_MS = 15_000;
/** A morning mail is not worth sending in the afternoon. */
const NOON = '12:00';

/** The newest day whose time has come; null when there never was one. */
export function dueDay(timing: Timing, now: Date): DueDay | null {
  const local = lastLocal(timing.cron, localAt(now, timing.tz));
  return local === null ? null : dayOf(timing, local);
}

/** The day before this one. */
export function dayBefore(timing: Timing, date: string): DueDay | null {
  const local = lastLocal(timing.cron, `${previousDate(date)}T23:59`);
  return local === null ? null : dayOf(timing, local);
}

/** This day's, whether or not its time has come; null when it has none. */
export function dayAt(timing: Timing, date: string): DueDay | null {
  const local = nextLocal(timing.cron, `${previousDate(date)}T23:59`);
  return local?.startsWith(date) ? dayOf(timing, local) : null;
}

/** Where a digest that is due then ends. */
export function endOf(dueAt: Date): Date {
  return new Date(dueAt.getTime() - SETTLE_MS);
}

export function earlier(one: Date, other: Date): Date {
  return one < other ? one : other;
}

/** The first noon after a minute of the wall clock. */
export function noonAfter(local: string, tz: string): Date {
  const date = local.slice(0, 10);
  return instantOf(`${local.slice(11) < NOON ? date : nextDate(date)}T${NOON}`, tz);
}

/** A day has one digest, at the first of its times. */
function dayOf({ cron, tz }: Timing, local: string): DueDay {
  const date = local.slice(0, 10);
  const first = nextLocal(cron, `${previousDate(date)}T23:59`) ?? local;
  return { date, dueAt: instantOf(first, tz), expiresAt: noonAfter(first, tz) };
}

function previousDate(date: string): string {
  return new Date(Date.parse(`${date}T00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

function nextDate(date: string): string {
  return new Date(Date.parse(`${date}T00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
