import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findCronFault } from './cron.ts';
import { nextFiring, settleDue, type FiringTime, type Timing } from './firing-times.ts';
import { instantOf, isZone, localAt } from './wall-clock.ts';

const PACIFIC = 'America/Los_Angeles';
const HOUR_MS = 3_600_000;

describe('a minute of the wall clock', () => {
  test.each([
    ['2026-01-15T06:00', PACIFIC, '2026-01-15T14:00:00.000Z'],
    ['2026-07-15T06:00', PACIFIC, '2026-07-15T13:00:00.000Z'],
    ['2026-03-08T02:30', PACIFIC, '2026-03-08T10:00:00.000Z'],
    ['2026-11-01T01:30', PACIFIC, '2026-11-01T08:30:00.000Z'],
    ['2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
    ['2011-12-30T12:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['2026-05-05T05:05', 'Asia/Kathmandu', '2026-05-04T23:20:00.000Z'],
    ['2026-05-05T05:05', 'UTC', '2026-05-05T05:05:00.000Z'],
  ])('%s in %s happens at %s', (local, tz, at) => {
    expect(instantOf(local, tz).toISOString()).toBe(at);
  });

  test('that an instant shows never happens after that instant', () => {
    const zones = fc.constantFrom(
      PACIFIC,
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'UTC',
    );
    const minutes = fc.integer({ min: 25_000_000, max: 31_000_000 });
    fc.assert(
      fc.property(zones, minutes, (tz, minute) => {
        const instant = new Date(minute * 60_000);
        const local = localAt(instant, tz);
        const first = instantOf(local, tz);
        expect(localAt(first, tz)).toBe(local);
        const doubled = instant.getTime() - first.getTime();
        expect([0, 0.5 * HOUR_MS, HOUR_MS]).toContain(doubled);
      }),
    );
  });
});

describe('over two years with four changes of the clock', () => {
  test.each([
    ['0 6 * * *', PACIFIC],
    ['30 2 * * *', PACIFIC],
    ['30 1 * * *', PACIFIC],
    ['30 2 * * *', 'Europe/Berlin'],
    ['0 0 * * *', 'America/Santiago'],
  ])('%s in %s fires once on each day', (cron, tz) => {
    const days = walk({ cron, tz }, new Date('2026-01-01T12:00:00Z'), new Date('2028-01-01T12:00:00Z'));
    expect(days).toHaveLength(730);
    expect(new Set(days.map(({ local }) => local.slice(0, 10))).size).toBe(730);
    expect(days.every(({ at }, index) => index === 0 || at > days[index - 1]!.at)).toBe(true);
  });

  test('an hourly schedule fires at most once an hour, and waits for two only where an hour is shown twice', () => {
    const timing = { cron: '0 * * * *', tz: PACIFIC };
    const firings = walk(timing, new Date('2026-01-01T12:00:00Z'), new Date('2028-01-01T12:00:00Z'));
    const gaps = firings
      .slice(1)
      .map(({ at }, index) => (at.getTime() - firings[index]!.at.getTime()) / HOUR_MS);
    expect(new Set(gaps)).toEqual(new Set([1, 2]));
    expect(gaps.filter((hours) => hours === 2)).toHaveLength(2);
  });
});

describe('after an outage', () => {
  const nightly = { cron: '0 2 * * *', tz: PACIFIC };

  test('of days, one late firing is left, and the missed ones are counted', () => {
    const pending = firing('2026-05-01T02:00');
    const due = settleDue(nightly, pending, new Date('2026-05-05T20:00:00Z'));
    expect(due).toMatchObject({ local: '2026-05-05T02:00', late: true, missed: 4 });
    expect(due.next?.local).toBe('2026-05-06T02:00');
  });

  test('of a moment, a firing is not late', () => {
    const pending = firing('2026-05-01T02:00');
    const due = settleDue(nightly, pending, new Date(pending.at.getTime() + 30_000));
    expect(due).toMatchObject({ local: pending.local, late: false, missed: 0 });
  });

  test('that ends while the clock shows an hour again, nothing of that hour fires twice', () => {
    const quarterly = { cron: '*/15 * * * *', tz: PACIFIC };
    const pending = { local: '2026-11-01T01:00', at: instantOf('2026-11-01T01:00', PACIFIC) };
    const now = new Date('2026-11-01T09:10:00Z'); // 01:10 for the second time.
    expect(localAt(now, PACIFIC)).toBe('2026-11-01T01:10');
    const due = settleDue(quarterly, pending, now);
    expect(due).toMatchObject({ local: '2026-11-01T01:45', missed: 3 });
    expect(due.next).toEqual({ local: '2026-11-01T02:00', at: new Date('2026-11-01T10:00:00Z') });
    expect(nextFiring(quarterly, now)).toEqual(due.next);
  });

  test('of two years of minutes the answer comes at once', () => {
    const eachMinute = { cron: '* * * * *', tz: PACIFIC };
    const due = settleDue(eachMinute, firing('2026-01-01T00:00'), new Date('2028-01-01T08:00:00Z'));
    expect(due).toMatchObject({ local: '2028-01-01T00:00', missed: 1000, late: false });
  });

  test('what the clock leaps over fires once when it leaps, and nothing was missed', () => {
    const pending = { local: '2026-03-08T02:00', at: instantOf('2026-03-08T02:00', PACIFIC) };
    const due = settleDue({ cron: '*/15 * * * *', tz: PACIFIC }, pending, pending.at);
    expect(due).toMatchObject({ local: '2026-03-08T03:00', missed: 0, late: false });
  });
});

describe('a cron expression', () => {
  test.each(['0 2 * * *', '*/5 8-18 1,15 jan-mar MON-FRI', '0 0 29 2 *'])('may be %s', (cron) => {
    expect(findCronFault(cron)).toBeNull();
  });

  test.each([
    ['0 0 2 * * *', /6 fields/],
    ['0 25 * * *', /is refused: .*25|is refused/],
    ['H 2 * * *', /H is no list/],
    ['0 0 31 2 *', /never|refused/],
    ['0 0 * * tomorrow', /tomorrow is no list/],
    ['nightly', /1 fields/],
  ])('is not %s, and why is said', (cron, reason) => {
    expect(findCronFault(cron)).toMatch(reason);
  });

  test('needs a zone that has a name', () => {
    expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', '+02:00', ''].map(isZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

function firing(local: string): FiringTime {
  return { local, at: instantOf(local, PACIFIC) };
}

/** Every firing in a span, by asking again and again as a farm does. */
function walk(timing: Timing, from: Date, to: Date): FiringTime[] {
  const firings: FiringTime[] = [];
  let next = nextFiring(timing, from);
  while (next && next.at < to) {
    const due = settleDue(timing, next, next.at);
    firings.push({ local: due.local, at: due.at });
    next = due.next;
  }
  return firings;
}
