import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { repeat } from './repeat.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what failed once, because Postgres was slow to answer, is not left undone until the next round is due', async () => {
  const action = vi.fn(async () => {}).mockRejectedValueOnce(new Error('timeout exceeded'));
  await using _ = repeat(60_000, action);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(action).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(action).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(action).toHaveBeenCalledTimes(3);
});

test('once it is given up nothing is done any more', async () => {
  const action = vi.fn(async () => {});
  await repeat(1_000, action)[Symbol.asyncDispose]();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(action).toHaveBeenCalledTimes(1);
});
