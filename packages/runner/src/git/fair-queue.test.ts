import { expect, it } from 'vitest';
import { createFairQueue } from './fair-queue.ts';

const LONG_MS = 60_000;

it('lets sharers in together and one alone after them', async () => {
  const queue = createFairQueue();
  const first = await queue.enter('shared', 0);
  const second = await queue.enter('shared', 0);
  const alone = queue.enter('exclusive', LONG_MS);
  first?.();
  expect(await queue.enter('exclusive', 0)).toBeNull();
  second?.();
  const leave = await alone;
  expect(leave).not.toBeNull();
  leave?.();
  expect(queue.isIdle()).toBe(true);
});

it('keeps the order in which callers came, so that sharers do not overtake one who waits to be alone', async () => {
  const queue = createFairQueue();
  const order: string[] = [];
  const sharer = await queue.enter('shared', 0);
  const alone = queue.enter('exclusive', LONG_MS).then((leave) => {
    order.push('alone');
    leave?.();
  });
  const late = queue.enter('shared', LONG_MS).then((leave) => {
    order.push('late sharer');
    leave?.();
  });
  sharer?.();
  await Promise.all([alone, late]);
  expect(order).toEqual(['alone', 'late sharer']);
});

it('lets those behind pass when the one before them gave up waiting', async () => {
  const queue = createFairQueue();
  await queue.enter('shared', 0);
  const impatient = queue.enter('exclusive', 5);
  const behind = queue.enter('shared', LONG_MS);
  expect(await impatient).toBeNull();
  expect(await behind).not.toBeNull();
});

it('counts leaving twice as leaving once', async () => {
  const queue = createFairQueue();
  const first = await queue.enter('shared', 0);
  await queue.enter('shared', 0);
  first?.();
  first?.();
  expect(await queue.enter('exclusive', 0)).toBeNull();
});
