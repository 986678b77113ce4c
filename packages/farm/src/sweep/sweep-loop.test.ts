import { expect, test, vi } from 'vitest';
import { startSweepLoop } from './sweep-loop.ts';

const WAIT = { timeout: 20_000, interval: 10 };

const report = { lost: 0, overdue: 0, returned: 0, redelivered: 0, deleted: 0, brokenRules: null };

test('passes are counted and never overlap, and a pass of another process is not told', async () => {
  const numbers: number[] = [];
  const reports: unknown[] = [];
  let atOnce = 0;
  {
    await using started = new AsyncDisposableStack();
    started.use(
      startSweepLoop({
        pauseMs: 1,
        onError: () => {},
        onReport: (each) => reports.push(each),
        pass: async (number) => {
          expect(++atOnce).toBe(1);
          await Promise.resolve();
          atOnce -= 1;
          numbers.push(number);
          return number === 1 ? null : report;
        },
      }),
    );
    await vi.waitUntil(() => numbers.length >= 3, WAIT);
  }
  expect(numbers.slice(0, 3)).toEqual([0, 1, 2]);
  expect(reports).toHaveLength(numbers.length - 1);
});

test('a pass that fails is told and followed by the next; Postgres being away is not worth telling', async () => {
  const away = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  const faults = [new Error('a mistake'), away];
  const told: unknown[] = [];
  let passes = 0;
  await using started = new AsyncDisposableStack();
  started.use(
    startSweepLoop({
      pauseMs: 1,
      onError: (error) => told.push(error),
      onReport: () => {},
      pass: async (number) => {
        passes += 1;
        if (faults[number]) throw faults[number];
        return report;
      },
    }),
  );
  await vi.waitUntil(() => passes >= 3, WAIT);
  expect(told).toEqual([faults[0]]);
});

test('disposal waits for the pass under way and cuts the pause short', async () => {
  const mayEnd = Promise.withResolvers<void>();
  const atWork = Promise.withResolvers<void>();
  let ended = false;
  const loop = startSweepLoop({
    pauseMs: 60_000,
    onError: () => {},
    onReport: () => {},
    pass: async () => {
      atWork.resolve();
      await mayEnd.promise;
      ended = true;
      return report;
    },
  });
  await atWork.promise;
  const disposed = loop[Symbol.asyncDispose]();
  expect(ended).toBe(false);
  mayEnd.resolve();
  await disposed;
  expect(ended).toBe(true);
});
