import { expect, test } from 'vitest';
import { parseRange } from './send-log.ts';

test.each([
  ['bytes=0-9', { first: 0, last: 9 }],
  ['bytes=5-', { first: 5, last: null }],
  ['bytes=-20', { first: null, last: 20 }],
  ['bytes=7-7', { first: 7, last: 7 }],
])('%s is a range', (header, range) => {
  expect(parseRange(header)).toEqual(range);
});

test.each([
  undefined,
  '',
  'bytes=-',
  'bytes=9-5',
  'bytes=0-1,4-5',
  'lines=1-2',
  'bytes=a-b',
  `bytes=${'9'.repeat(16)}-`,
])('%s is ignored', (header) => {
  expect(parseRange(header)).toBeNull();
});
