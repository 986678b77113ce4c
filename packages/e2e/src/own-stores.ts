// A Postgres and a Redis that belong to one farm alone, so that they may be killed, emptied and started again.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { searchPath } from '@crafting-table/dev-services/config';
import { startPostgres, type RunningPostgres } from '@crafting-table/dev-services/embedded-postgres';
import { startRedis, type RunningRedis } from '@crafting-table/dev-services/redis';
import { temporaryFolder } from './temporary-folder.ts';

export type OwnStores = AsyncDisposable & {
  databaseUrl: string;
  redisUrl: string;
  postgres: {
    /** As an orderly restart of the server begins. */
    stop(): Promise<void>;
    /** On the same port, with the same data. */
    start(): Promise<void>;
  };
  redis: {
    kill(): Promise<void>;
    /** On the same port, knowing nothing. */
    startEmpty(): Promise<void>;
  };
};

/** @throws where the machine has no Redis: ask `testRedisUrl()` first. */
export async function startOwnStores(): Promise<OwnStores> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder('stores'));
  const log = () => {};
  const redisFolder = join(folder.path, 'redis');

  const bootPostgres = (port?: number) =>
    startPostgres({
      dataDir: join(folder.path, 'postgres'),
      durable: false,
      log,
      ...(port !== undefined && { port }),
    });
  const bootRedis = async (port?: number): Promise<RunningRedis> => {
    const options = { dataDir: redisFolder, path: searchPath(), log, ...(port !== undefined && { port }) };
    const redis = await startRedis(options);
    if (redis === null) throw new Error('There is no Redis on this machine.');
    return redis;
  };

  let postgres: RunningPostgres = await bootPostgres();
  started.defer(() => postgres.stop());
  let redis: RunningRedis = await bootRedis();
  started.defer(() => redis.stop());
  const stop = started.move();
  return {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    postgres: {
      stop: () => postgres.stop(),
      async start() {
        postgres = await bootPostgres(postgres.port);
      },
    },
    redis: {
      async kill() {
        process.kill(redis.pid, 'SIGKILL');
        await redis.ended;
      },
      async startEmpty() {
        await rm(join(redisFolder, 'store'), { recursive: true });
        redis = await bootRedis(redis.port);
      },
    },
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}
