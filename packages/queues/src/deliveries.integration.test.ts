// One suite for both backends; the rows about Redis exist where the machine has one.
import { randomUUID } from 'node:crypto';
import { testRedisUrl } from '@crafting-table/dev-services/config';
import { createTestDatabase } from '@crafting-table/dev-services/test-database';
import { describe, expect, test, vi } from 'vitest';
import { migrateQueue } from './migrate-queue.ts';
import { openDeliveries, type Deliveries, type OrderedDelivery } from './open-deliveries.ts';
import type { QueueTarget } from './queue-target.ts';
import { startConsumer, type Consumer } from './start-consumer.ts';

const WAIT = { timeout: 20_000, interval: 10 };
const backends = testRedisUrl() ? (['redis', 'postgres'] as const) : (['postgres'] as const);

describe.each(backends)('deliveries by %s', (backend) => {
  test('are taken by turn, and within a turn in the order they were added', async () => {
    await using queue = await openQueue(backend);
    const added = [5, 1, 3, 1, 5, 2].map((turn) => delivery(turn));
    await queue.deliveries.add(added.slice(0, 3));
    await queue.deliveries.add(added.slice(3));
    const expected = added.toSorted((a, b) => a.turn - b.turn).map((each) => each.job_id);
    const taken: string[] = [];
    await using started = new AsyncDisposableStack();
    started.use(consume(queue.target, async ({ job_id }) => void taken.push(job_id)));
    await vi.waitUntil(() => taken.length === added.length, WAIT);
    expect(taken).toEqual(expected);
  });

  test('that are added again are no second ones, neither while waiting nor while at work', async () => {
    await using queue = await openQueue(backend);
    const [twice, last] = [delivery(1), delivery(2)];
    await queue.deliveries.add([twice, last]);
    await queue.deliveries.add([twice]);
    expect(await queue.deliveries.countWaiting()).toBe(2);
    const taken: string[] = [];
    const mayEnd = Promise.withResolvers<void>();
    await using started = new AsyncDisposableStack();
    started.use(
      consume(queue.target, async ({ job_id }) => {
        taken.push(job_id);
        if (job_id === twice.job_id) await mayEnd.promise;
      }),
    );
    await vi.waitUntil(() => taken.length === 1, WAIT);
    await queue.deliveries.add([twice]);
    mayEnd.resolve();
    await vi.waitUntil(() => taken.includes(last.job_id), WAIT);
    expect(taken).toEqual([twice.job_id, last.job_id]);
  });

  test('whose worker took one and died, or spent it on another job, get one successor at a time', async () => {
    await using queue = await openQueue(backend);
    const lost = delivery(1);
    const taken: string[] = [];
    const mayEnd = Promise.withResolvers<void>();
    await using started = new AsyncDisposableStack();
    const hold = async ({ job_id }: { job_id: string }) => {
      taken.push(job_id);
      await mayEnd.promise;
    };
    await queue.deliveries.addAgain([lost]);
    await queue.deliveries.addAgain([lost]);
    expect(await queue.deliveries.countWaiting()).toBe(1);
    for (let takers = 1; takers <= 3; takers++) {
      started.use(consume(queue.target, hold));
      await vi.waitUntil(() => taken.length === takers, WAIT);
      await queue.deliveries.add([lost]);
      expect(await queue.deliveries.countWaiting()).toBe(0);
      await queue.deliveries.addAgain([lost]);
      await queue.deliveries.addAgain([lost]);
      expect(await queue.deliveries.countWaiting()).toBe(1);
    }
    mayEnd.resolve();
    await vi.waitUntil(() => taken.length === 4, WAIT);
    expect(new Set(taken)).toEqual(new Set([lost.job_id]));
  });

  test('whose handler throws leave no trace and block nothing', async () => {
    await using queue = await openQueue(backend);
    const [bad, good] = [delivery(1), delivery(2)];
    await queue.deliveries.add([bad, good]);
    const taken: string[] = [];
    await using started = new AsyncDisposableStack();
    started.use(
      consume(queue.target, async ({ job_id }) => {
        taken.push(job_id);
        if (job_id === bad.job_id) throw new Error('the farm made a mistake');
      }),
    );
    await vi.waitUntil(() => taken.length === 2, WAIT);
    // Nothing is remembered of it: the same delivery can be added again.
    await vi.waitUntil(async () => {
      await queue.deliveries.add([bad]);
      return taken.length > 2;
    }, WAIT);
    expect(taken.slice(0, 3)).toEqual([bad.job_id, good.job_id, bad.job_id]);
  });

  test('wait while their consumer is paused, and what is at work goes on', async () => {
    await using queue = await openQueue(backend);
    const taken: string[] = [];
    const mayEnd = Promise.withResolvers<void>();
    let ended = false;
    await using consumer = consume(queue.target, async ({ job_id }) => {
      taken.push(job_id);
      if (taken.length === 1) await mayEnd.promise;
      ended = true;
    });
    const [first, second] = [delivery(1), delivery(1)];
    await queue.deliveries.add([first]);
    await vi.waitUntil(() => taken.length === 1, WAIT);
    await consumer.pause();
    expect(consumer.paused).toBe(true);
    await queue.deliveries.add([second]);
    mayEnd.resolve();
    await vi.waitUntil(() => ended, WAIT);
    expect(await queue.deliveries.countWaiting()).toBe(1);
    consumer.resume();
    await vi.waitUntil(() => taken.length === 2, WAIT);
    expect(taken).toEqual([first.job_id, second.job_id]);
  });
});

type OpenQueue = AsyncDisposable & { target: QueueTarget; deliveries: Deliveries };

/** A queue of its own. Its disposal throws when a connection to its database was left open. */
async function openQueue(backend: (typeof backends)[number]): Promise<OpenQueue> {
  await using stack = new AsyncDisposableStack();
  const prefix = `test_${randomUUID().slice(0, 8)}`;
  const url = backend === 'redis' ? testRedisUrl()! : stack.use(await createTestDatabase()).url;
  const target = { backend, url, prefix };
  await migrateQueue(target);
  const deliveries = stack.use(openDeliveries(target));
  await vi.waitUntil(
    async () =>
      deliveries.countWaiting().then(
        () => true,
        () => false,
      ),
    WAIT,
  );
  const held = stack.move();
  return { target, deliveries, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

function consume(
  target: QueueTarget,
  handle: (delivery: { job_id: string; attempt: number }) => Promise<void>,
): Consumer {
  return startConsumer({ target, concurrency: 1, handle, onError: () => {} });
}

function delivery(turn: number): OrderedDelivery {
  return { job_id: randomUUID(), attempt: 1, turn };
}
