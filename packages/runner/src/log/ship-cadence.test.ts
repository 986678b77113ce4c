import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createShipCadence } from './ship-cadence.ts';

const LIMITS = { chunkMs: 250, gatherMs: 20, earlyChunksMax: 3 };

test('a line after a pause is due after the short time', () => {
  expect(createShipCadence(LIMITS).dueAt(1_000)).toBe(1_020);
});

test('a trickle comes down to one chunk per chunkMs once the allowance is used up', () => {
  const closedAt = closingTimes(Array.from({ length: 400 }, (_, index) => index * 50));
  const pauses = closedAt.slice(1).map((at, index) => at - closedAt[index]!);
  expect(Math.min(...pauses.slice(-20))).toBeGreaterThanOrEqual(LIMITS.chunkMs);
});

test('the allowance comes back while nothing is printed', () => {
  const lineTimes = [0, 30, 60, 90, 120, 10_000, 10_030, 10_060];
  expect(closingTimes(lineTimes).slice(-3)).toEqual([10_020, 10_050, 10_080]);
});

test('no line waits longer than chunkMs, and chunks stay within the allowance and one per chunkMs', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 }), (pauses) => {
      let at = 0;
      const lineTimes = pauses.map((pause) => (at += pause));
      const closedAt = closingTimes(lineTimes);
      for (const time of lineTimes) {
        const waitMs = closedAt.find((closed) => closed >= time)! - time;
        expect(waitMs).toBeLessThanOrEqual(LIMITS.chunkMs + 1e-6);
      }
      const lastedMs = closedAt.at(-1)! - closedAt[0]!;
      expect(closedAt.length).toBeLessThanOrEqual(LIMITS.earlyChunksMax + lastedMs / LIMITS.chunkMs + 1e-6);
    }),
  );
});

/** When chunks are closed for lines printed at these times, by a shipper that takes no time itself. */
function closingTimes(lineTimes: number[]): number[] {
  const cadence = createShipCadence(LIMITS);
  const closedAt: number[] = [];
  for (const time of lineTimes) {
    if (closedAt.length > 0 && closedAt.at(-1)! >= time) continue;
    const due = cadence.dueAt(time);
    cadence.closed(due);
    closedAt.push(due);
  }
  return closedAt;
}
