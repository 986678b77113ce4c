import { expect, test, vi } from 'vitest';
import { whileAway } from './while-away.ts';

const AWAY = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

test('who waits for Postgres gives up when told to stop, and asks no more', async () => {
  const stop = new AbortController();
  const ask = vi.fn(async () => {
    stop.abort();
    throw AWAY;
  });
  expect(await whileAway(ask, { stop: stop.signal })).toBe('stopped');
  expect(await whileAway(ask, { stop: stop.signal })).toBe('stopped');
  expect(ask).toHaveBeenCalledOnce();
});

test('an answer counts although a stop came meanwhile, and a fault of another kind is thrown', async () => {
  const stop = new AbortController();
  const ask = async () => {
    stop.abort();
    return 'there';
  };
  expect(await whileAway(ask, { stop: stop.signal })).toBe('there');
  await expect(whileAway(() => Promise.reject(new TypeError('no function')))).rejects.toThrow('no function');
});

test('the first failure is told, and those after it are not', async () => {
  const ask = vi
    .fn(async () => 'there')
    .mockRejectedValueOnce(AWAY)
    .mockRejectedValueOnce(AWAY);
  const onAway = vi.fn<(error: unknown) => void>();
  expect(await whileAway(ask, { stop: new AbortController().signal, onAway })).toBe('there');
  expect(onAway.mock.calls).toEqual([[AWAY]]);
});
