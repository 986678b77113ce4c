// The stores that all tests share: a Postgres that may lose its data, in memory where there is room, and a Redis.
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseQueueBackend } from '../packages/dev-services/src/choose-queue-backend.ts';
import { startPostgres } from '../packages/dev-services/src/embedded-postgres.ts';
import { given, path } from './config.ts';

export type TestStores = AsyncDisposable & {
  /** What the tests read. */
  environment: { TEST_DATABASE_URL: string; TEST_REDIS_URL?: string };
  /** Why there is no Redis, where there is none. */
  missing: string | undefined;
};

/** `TEST_DATABASE_URL` and `TEST_REDIS_URL` from outside win over own ones. */
export async function startTestStores(): Promise<TestStores> {
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
