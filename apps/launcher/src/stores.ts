// Postgres and Redis of this farm: the ones that were named, or private ones kept running on ports that stay the same.
import { join } from 'node:path';
import { chooseQueueBackend } from '@crafting-table/dev-services/choose-queue-backend';
import { startPostgres } from '@crafting-table/dev-services/embedded-postgres';
import { startRedis } from '@crafting-table/dev-services/redis';
import type { LauncherConfig } from './config.ts';
import { keepRunning } from './keep-running.ts';
import type { Pace } from './keep-running.ts';
import { openLogFile } from './log-file.ts';

export type Stores = {
  databaseUrl: string;
  /** Undefined: Postgres carries the deliveries. */
  redisUrl: string | undefined;
  /** What they are, for people. */
  database: string;
  queue: string;
  stop(pace: Pace): Promise<void>;
};

type Database = Pick<Stores, 'databaseUrl' | 'database' | 'stop'>;
type Queue = Pick<Stores, 'redisUrl' | 'queue' | 'stop'>;
type Print = (line: string) => void;

/** Starts both at once. A queue always comes about, if need be on Postgres; without a database it is stopped again. */
export async function startStores(config: LauncherConfig, print: Print): Promise<Stores> {
  const starting = startQueue(config, print);
  const database = await startDatabase(config, print).catch(async (fault: unknown) => {
    await (await starting).stop('orderly');
    throw fault;
  });
  const queue = await starting;
  const stop = async (pace: Pace) => {
    await queue.stop(pace);
    await database.stop(pace);
  };
  return { ...database, ...queue, stop };
}

async function startDatabase(config: LauncherConfig, report: Print): Promise<Database> {
  if (config.databaseUrl !== undefined) {
    return {
      databaseUrl: config.databaseUrl,
      database: 'database: Postgres, external',
      stop: async () => {},
    };
  }
  const log = openLogFile(join(config.dataDir, 'logs', 'postgres.log'));
  let port = 0;
  const start = async () => {
    const dataDir = join(config.dataDir, 'postgres');
    const postgres = await startPostgres({ dataDir, port, log: log.write, adopt: true });
    port = postgres.port; // The API and the workers know its URL, so it must come back where it was.
    return asRunning(postgres);
  };
  const { first, stop } = await keepRunning({ name: 'Postgres', start, report });
  const { url, version } = first.store;
  return {
    databaseUrl: url,
    database: `database: Postgres ${version}, embedded`,
    stop: thenClose(stop, log),
  };
}

async function startQueue(config: LauncherConfig, report: Print): Promise<Queue> {
  const log = openLogFile(join(config.dataDir, 'logs', 'redis.log'));
  const options = { dataDir: join(config.dataDir, 'redis'), path: config.path, log: log.write };
  const chosen = await chooseQueueBackend(config.redisUrl, options);
  if (chosen.kind === 'redis_external') {
    return { redisUrl: chosen.url, queue: 'queue: BullMQ on Redis, external', stop: async () => log.close() };
  }
  if (chosen.kind === 'postgres') {
    const queue = `queue: BullMQ on Postgres (${chosen.why})`;
    return { redisUrl: undefined, queue, stop: async () => log.close() };
  }
  const { url, version, port } = chosen.redis;
  let isFirst = true;
  const start = async () => {
    const redis = isFirst ? chosen.redis : await startRedis({ ...options, port });
    isFirst = false;
    if (!redis) throw new Error('there is no program for it on PATH any more');
    return asRunning(redis);
  };
  const { stop } = await keepRunning({ name: 'Redis', start, report });
  return { redisUrl: url, queue: `queue: BullMQ on Redis ${version}, private`, stop: thenClose(stop, log) };
}

type PrivateStore = { pid: number; ended: Promise<void>; stop(): Promise<void> };

/** A store is stopped the same way at any pace: quickly, and with its files good for the next start. */
function asRunning<S extends PrivateStore>(store: S) {
  return { store, ended: store.ended.then(() => `process ${store.pid}`), stop: () => store.stop() };
}

function thenClose(stop: (pace: Pace) => Promise<void>, log: { close(): void }) {
  return async (pace: Pace) => {
    await stop(pace);
    log.close();
  };
}
