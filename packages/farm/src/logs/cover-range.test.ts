import { LOG_HEAD_BYTES } from '@crafting-table/contracts/log';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { coverRange } from './read-log.ts';

const WHOLE = { end_byte: 100, stored_bytes: 100 };
const GAP = { end_byte: LOG_HEAD_BYTES + 1000, stored_bytes: LOG_HEAD_BYTES + 400 };
const GAP_END = LOG_HEAD_BYTES + 600;

test.each([
  ['the first bytes', { first: 0, last: 9 }, { first: 0, last: 9 }],
  ['to the end', { first: 90, last: null }, { first: 90, last: 99 }],
  ['beyond the end', { first: 90, last: 500 }, { first: 90, last: 99 }],
  ['the last bytes', { first: null, last: 10 }, { first: 90, last: 99 }],
  ['more than there is from the end', { first: null, last: 500 }, { first: 0, last: 99 }],
  ['after the end', { first: 100, last: null }, null],
  ['the last none', { first: null, last: 0 }, null],
])('a range over %s is covered', (_what, range, covered) => {
  expect(coverRange(range, WHOLE)).toEqual(covered);
});

test('an empty log covers nothing', () => {
  expect(coverRange({ first: 0, last: null }, { end_byte: 0, stored_bytes: 0 })).toBeNull();
});

test.each([
  ['reaches into the gap ends before it', { first: 0, last: LOG_HEAD_BYTES + 5 }, [0, LOG_HEAD_BYTES - 1]],
  ['spans the gap ends before it', { first: 5, last: null }, [5, LOG_HEAD_BYTES - 1]],
  [
    'begins in the gap begins after it',
    { first: LOG_HEAD_BYTES, last: null },
    [GAP_END, LOG_HEAD_BYTES + 999],
  ],
  ['lies after the gap is whole', { first: null, last: 100 }, [LOG_HEAD_BYTES + 900, LOG_HEAD_BYTES + 999]],
])('a range that %s', (_what, range, [first, last]) => {
  expect(coverRange(range, GAP)).toEqual({ first, last });
});

test('what is covered is stored, in one piece, and within what was asked for', () => {
  const place = fc.option(fc.integer({ min: 0, max: GAP.end_byte + 10 }));
  fc.assert(
    fc.property(place, place, (first, last) => {
      const covered = coverRange({ first, last }, GAP);
      if (covered === null) return;
      expect(covered.first).toBeGreaterThanOrEqual(first ?? 0);
      expect(covered.last).toBeLessThanOrEqual(first === null ? GAP.end_byte - 1 : (last ?? GAP.end_byte));
      expect(covered.last).toBeLessThan(GAP.end_byte);
      const isBefore = covered.last < LOG_HEAD_BYTES;
      const isAfter = covered.first >= GAP_END;
      expect(isBefore || isAfter).toBe(true);
    }),
  );
});
