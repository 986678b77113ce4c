import { expect, test } from 'vitest';
import { exitCodeOf, signalOf } from './exit-code.ts';

test('a code is kept, a signal becomes 128 + n, an unknown end is -1', () => {
  expect(exitCodeOf({ code: 3, signal: null })).toBe(3);
  expect(exitCodeOf({ code: 0, signal: null })).toBe(0);
  expect(exitCodeOf({ code: null, signal: 'SIGKILL' })).toBe(137);
  expect(exitCodeOf(undefined)).toBe(-1);
});

test.each([
  [137, 'SIGKILL'],
  [134, 'SIGABRT'],
  [143, 'SIGTERM'],
  [0, undefined],
  [127, undefined],
  [128, undefined],
  [255, undefined],
  [-1, undefined],
])('exit code %i stands for the signal %s', (exitCode, signal) => {
  expect(signalOf(exitCode)).toBe(signal);
});
