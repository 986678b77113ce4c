// When a schedule fires. It fires once for each minute of the wall clock that its cron names, so a day on which the clock is
// changed neither doubles nor skips a firing.
import { nextLocal } from './cron.ts';
import { instantOf, localAt, type LocalMinute } from './wall-clock.ts';

export type Timing = { cron: string; tz: string };
export type FiringTime = { local: LocalMinute; at: Date };

export type DueFiring = FiringTime & {
  late: boolean;
  /** Firings before this one that nobody made; no more than MISSED_MAX are counted. */
  missed: number;
  next: FiringTime | null;
};

/** A queue or a host that is slow for a moment is not told as an outage. */
const LATE_MS = 120_000;
const MISSED_MAX = 1000;

/** The first firing after an instant. */
export function nextFiring(timing: Timing, after: Date): FiringTime | null {
  let next = firingAfter(timing, localAt(after, timing.tz));
  // In an hour that the clock shows a second time, its minutes were there already.
  while (next && next.at <= after) next = firingAfter(timing, next.local);
  return next;
}

/**
 * What is to be made of a firing whose time has come. After an outage only the newest one is left of many; so is it where the clock
 * leaps over several at once, of which none was missed.
 */
export function settleDue(timing: Timing, pending: FiringTime, now: Date): DueFiring {
  let newest = jumpAhead(timing, pending, now);
  let missed = newest === pending ? 0 : countBetween(timing, pending, newest);
  let next = firingAfter(timing, newest.local);
  while (next && next.at <= now) {
    if (next.at > newest.at) missed += 1;
    newest = next;
    next = firingAfter(timing, newest.local);
  }
  return {
    ...newest,
    late: now.getTime() - newest.at.getTime() > LATE_MS,
    missed: Math.min(missed, MISSED_MAX),
    next,
  };
}

/** Over all but the last hours of a long outage; those are walked through, because the clock may show one of them twice. */
function jumpAhead(timing: Timing, pending: FiringTime, now: Date): FiringTime {
  const shortly = new Date(now.getTime() - 4 * 3_600_000);
  if (shortly <= pending.at) return pending;
  const landing = nextFiring(timing, shortly);
  return landing && landing.at <= now ? landing : lastOf(timing, pending, now);
}

/** Firings are further apart here than the last hours are long: each is a step. */
function lastOf(timing: Timing, pending: FiringTime, now: Date): FiringTime {
  let newest = pending;
  for (;;) {
    const next = firingAfter(timing, newest.local);
    if (next === null || next.at > now) return newest;
    newest = next;
  }
}

function countBetween(timing: Timing, from: FiringTime, to: FiringTime): number {
  let count = 0;
  let current = from;
  while (current.local < to.local && count < MISSED_MAX) {
    const next = firingAfter(timing, current.local);
    if (next === null) break;
    if (next.at > current.at) count += 1;
    current = next;
  }
  return count;
}

function firingAfter({ cron, tz }: Timing, after: LocalMinute): FiringTime | null {
  const local = nextLocal(cron, after);
  return local === null ? null : { local, at: instantOf(local, tz) };
}
