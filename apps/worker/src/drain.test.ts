import { createAttemptStop } from '@crafting-table/farm/attempts/attempt-stop';
import { expect, test } from 'vitest';
import { drain } from './drain.ts';

test('attempts that end in time are left alone', async () => {
  const { options, live, end } = oneAttempt(60_000);
  const drained = drain(options);
  end();
  await drained;
  expect(live.stop.reason).toBeNull();
  expect(options.consumer.paused).toBe(true);
});

test('attempts that go on for too long are given back', async () => {
  const { options, live, end } = oneAttempt(1);
  live.stop.onRequest(end);
  await drain(options);
  expect(live.stop.reason).toBe('give_back');
});

test('a worker that does nothing is drained at once', async () => {
  const { options } = oneAttempt(60_000);
  await drain({ ...options, live: new Set(), underway: new Set() });
  expect(options.consumer.paused).toBe(true);
});

function oneAttempt(drainMs: number) {
  const ended = Promise.withResolvers<void>();
  const live = { jobId: 'a', attempt: 1, stop: createAttemptStop(), fields: {} };
  const underway = new Set<Promise<void>>();
  const attempt = ended.promise.then(() => void underway.delete(attempt));
  underway.add(attempt);
  const consumer = {
    paused: false,
    async pause() {
      consumer.paused = true;
    },
    resume() {},
    async [Symbol.asyncDispose]() {},
  };
  return {
    options: { consumer, live: new Set([live]), underway, drainMs },
    live,
    end: () => ended.resolve(),
  };
}
