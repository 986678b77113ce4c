// The stores that all tests share: a Postgres that may lose its data, in memory where there is room, and a Redis.
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseQueueBackend } from '../packages/dev-services/src/choose-queue-backend.ts';
import { startPostgres } from '../packages/dev-services/src/embedded-postgres.ts';
import { dockerHost, given, path, wishesContainers } from './config.ts';
import { isEngineThere, startContainerStores } from './container-stores.ts';

export type TestStores = AsyncDisposable & {
  /** What the tests read. */
  environment: { TEST_DATABASE_URL: string; TEST_REDIS_URL?: string };
  /** Why there is no Redis, where there is none. */
  missing: string | undefined;
  /** What they are, for people. */
  kind: string;
};

/**
 * `TEST_DATABASE_URL` and `TEST_REDIS_URL` from outside win over own ones; own ones are containers where there is an engine,
 * else processes. With `CRAFTING_TEST_CONTAINERS=1` they are containers or nothing, with 0 never.
 */
export async function startTestStores(): Promise<TestStores> {
  if (wishesContainers === 'always') return inContainers();
  const { databaseUrl, redisUrl } = given;
  if (databaseUrl !== undefined && redisUrl !== undefined) return asProcesses('those that were given');
  if (databaseUrl !== undefined) return asProcesses('a Postgres that was given, and a process');
  if (redisUrl !== undefined) return asProcesses('a Redis that was given, and a process');
  if (wishesContainers === 'never') return asProcesses('processes, because containers are not wished for');
  if (!isEngineThere(dockerHost)) return asProcesses('processes, because there is no container engine');
  try {
    return await inContainers();
  } catch (fault) {
    // An engine that cannot get the images, or refuses us, is as good as none.
    const why = fault instanceof Error ? fault.message : String(fault);
    return asProcesses(`processes, because containers do not start: ${why}`);
  }
}

async function inContainers(): Promise<TestStores> {
  const stores = await startContainerStores();
  return {
    environment: { TEST_DATABASE_URL: stores.databaseUrl, TEST_REDIS_URL: stores.redisUrl },
    missing: undefined,
    kind: 'containers',
    [Symbol.asyncDispose]: () => stores[Symbol.asyncDispose](),
  };
}

async function asProcesses(kind: string): Promise<TestStores> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(fastFolder(), 'crafting-test-stores-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const log = () => {};
  const postgres = given.databaseUrl
    ? undefined
    : started.use(await startPostgres({ dataDir: folder, durable: false, log }));
  const queue = await chooseQueueBackend(given.redisUrl, { dataDir: null, path, log });
  if (queue.kind === 'redis_private') started.use(queue.redis);
  const redisUrl = queue.kind === 'redis_private' ? queue.redis.url : given.redisUrl;
  const stop = started.move();
  return {
    environment: {
      TEST_DATABASE_URL: given.databaseUrl ?? postgres!.url, // Started just when none was given.
      ...(redisUrl ? { TEST_REDIS_URL: redisUrl } : {}),
    },
    missing: queue.kind === 'postgres' ? queue.why : undefined,
    kind,
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}

function fastFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}
