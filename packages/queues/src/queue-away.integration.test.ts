import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchPath, testRedisUrl } from '@crafting-table/dev-services/config';
import { createTestDatabase } from '@crafting-table/dev-services/test-database';
import { startRedis } from '@crafting-table/dev-services/redis';
import { Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';
import { migrateQueue } from './migrate-queue.ts';
import { openDeliveries, QueueAway, type Deliveries } from './open-deliveries.ts';
import { startConsumer } from './start-consumer.ts';

const WAIT = { timeout: 20_000, interval: 20 };
/** Longer than the answer's limit of a second, on busy cores too, and far shorter than what would wait for Redis. */
const ANSWER_MS = 5_000;

describe.runIf(testRedisUrl())('a Redis that goes away', () => {
  test('makes add answer at once that it is away, and is used again once it is back', async () => {
    await using folder = await temporaryFolder();
    const options = { dataDir: folder.path, path: searchPath(), log: () => {} };
    const first = (await startRedis(options))!;
    await using deliveries = openDeliveries({ backend: 'redis', url: first.url, prefix: 'test' });
    await vi.waitUntil(() => isReachable(deliveries), WAIT);
    const taken: string[] = [];
    await using started = new AsyncDisposableStack();
    started.use(
      startConsumer({
        target: { backend: 'redis', url: first.url, prefix: 'test' },
        concurrency: 1,
        handle: async ({ job_id }) => void taken.push(job_id),
        onError: () => {},
      }),
    );
    await first.stop();
    await expectAway(deliveries);
    started.use(await startRedis({ ...options, port: first.port }));
    await vi.waitUntil(() => isReachable(deliveries), WAIT);
    const sent = one();
    await deliveries.add([sent]);
    await vi.waitUntil(() => taken.length > 0, WAIT);
    expect(taken).toEqual([sent.job_id]);
  });

  test('when it was away from the start is used once it is there', async () => {
    await using folder = await temporaryFolder();
    const options = { dataDir: folder.path, path: searchPath(), log: () => {} };
    const before = (await startRedis(options))!;
    await before.stop();
    await using deliveries = openDeliveries({ backend: 'redis', url: before.url, prefix: 'test' });
    await expectAway(deliveries);
    await using started = new AsyncDisposableStack();
    started.use(await startRedis({ ...options, port: before.port }));
    await vi.waitUntil(() => isReachable(deliveries), WAIT);
    await deliveries.add([one()]);
    expect(await deliveries.countWaiting()).toBe(1);
  });

  test('is told from one that forgot everything by its incarnation', async () => {
    await using server = (await startRedis({ dataDir: null, path: searchPath(), log: () => {} }))!;
    await using deliveries = openDeliveries({ backend: 'redis', url: server.url, prefix: 'test' });
    await vi.waitUntil(() => isReachable(deliveries), WAIT);
    const before = await deliveries.incarnation();
    expect(await deliveries.incarnation()).toBe(before);
    const redis = new Redis(server.url);
    await redis.flushall();
    redis.disconnect();
    const after = await deliveries.incarnation();
    expect(after).not.toBe(before);
    expect(await deliveries.incarnation()).toBe(after);
  });
});

test('a Postgres without the schema of the queue is away until it was migrated', async () => {
  await using database = await createTestDatabase();
  const target = { backend: 'postgres', url: database.url, prefix: 'late' } as const;
  await using deliveries = openDeliveries(target);
  await expectAway(deliveries);
  await migrateQueue(target);
  await migrateQueue(target);
  await vi.waitUntil(() => isReachable(deliveries), WAIT);
  await deliveries.add([one()]);
  expect(await deliveries.countWaiting()).toBe(1);
});

test('a consumer that cannot begin on Postgres leaves its process time for other things, and takes deliveries later', async () => {
  await using database = await createTestDatabase();
  const target = { backend: 'postgres', url: database.url, prefix: 'slow' } as const;
  const taken: string[] = [];
  const errors: Error[] = [];
  await using _ = startConsumer({
    target,
    concurrency: 1,
    handle: async ({ job_id }) => void taken.push(job_id),
    onError: (error) => errors.push(error),
  });
  await vi.waitUntil(() => errors.length > 1, WAIT);
  await migrateQueue(target);
  await using deliveries = openDeliveries(target);
  const sent = one();
  await deliveries.add([sent]);
  await vi.waitUntil(() => taken.length > 0, WAIT);
  expect(taken).toEqual([sent.job_id]);
});

test('a consumer whose Postgres accepts connections and answers nothing can still be paused and closed', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo; // It listens on TCP.
  const url = `postgres://nobody:nothing@127.0.0.1:${port}/nowhere`;
  const errors: Error[] = [];
  const consumer = startConsumer({
    target: { backend: 'postgres', url, prefix: 'silent' },
    concurrency: 1,
    handle: async () => {},
    onError: (error) => errors.push(error),
  });
  await vi.waitUntil(() => errors.length > 1, WAIT);
  await consumer.pause();
  expect(consumer.paused).toBe(true);
  await consumer[Symbol.asyncDispose]();
  silent.close();
});

async function expectAway(deliveries: Deliveries): Promise<void> {
  const asked = performance.now();
  await expect(deliveries.add([one()])).rejects.toBeInstanceOf(QueueAway);
  expect(performance.now() - asked).toBeLessThan(ANSWER_MS);
}

async function isReachable(deliveries: Deliveries): Promise<boolean> {
  return deliveries.countWaiting().then(
    () => true,
    () => false,
  );
}

function one() {
  return { job_id: randomUUID(), attempt: 1, turn: 1 };
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'crafting-queue-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
