// A Postgres and a Redis that belong to one farm alone, so that they may be killed, emptied and started again.
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { searchPath } from '@crafting-table/dev-services/config';
import { startPostgres, type RunningPostgres } from '@crafting-table/dev-services/embedded-postgres';
import { startRedis, type RunningRedis } from '@crafting-table/dev-services/redis';
import { findChildren, isAlive } from './process-search.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

export type OwnStores = AsyncDisposable & {
  databaseUrl: string;
  /** Undefined for a farm that delivers through Postgres. */
  redisUrl: string | undefined;
  postgres: {
    /** What a backup copies while the server is stopped. */
    folder: string;
    /** As an orderly restart of the server begins. */
    stop(): Promise<void>;
    /** The server and all its processes at once; the next start recovers. */
    kill(): Promise<void>;
    /** On the same port, with the same data. */
    start(): Promise<void>;
    /** The server and all its processes stand still: connections stay, and nothing is answered. */
    freeze(): void;
    thaw(): void;
  };
  /** Each throws when there is none. */
  redis: {
    stop(): Promise<void>;
    kill(): Promise<void>;
    /** On the same port, with what it had written to its disk. */
    start(): Promise<void>;
    /** On the same port, knowing nothing. */
    startEmpty(): Promise<void>;
  };
};

/**
 * `postgresFrom`: a copy of the folder of another Postgres, which stays as it is.
 * @throws where a Redis is asked for and the machine has none: ask `testRedisUrl()` first.
 */
export async function startOwnStores(options: {
  withRedis: boolean;
  postgresFrom?: string;
}): Promise<OwnStores> {
  const { withRedis, postgresFrom } = options;
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder('stores'));
  const log = () => {};
  const redisFolder = join(folder.path, 'redis');
  const postgresFolder = join(folder.path, 'postgres');
  if (postgresFrom !== undefined) copyFolder(postgresFrom, postgresFolder);

  const bootPostgres = (port?: number) =>
    startPostgres({
      dataDir: postgresFolder,
      durable: true, // It is killed, and what it has confirmed must be there afterwards.
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
  let frozen: number[] = [];
  const thaw = () => signalAll(frozen.splice(0), 'SIGCONT');
  started.defer(() => postgres.stop());
  started.defer(thaw); // What stands still could not be stopped.
  let redis: RunningRedis | null = withRedis ? await bootRedis() : null;
  started.defer(() => redis?.stop());
  const ownRedis = (): RunningRedis => {
    if (redis === null) throw new Error('This farm has no Redis.');
    return redis;
  };
  const stop = started.move();
  return {
    databaseUrl: postgres.url,
    redisUrl: redis?.url,
    postgres: {
      folder: postgresFolder,
      stop: () => postgres.stop(),
      async kill() {
        const processes = freezeTree(postgres.pid);
        signalAll(processes, 'SIGKILL');
        await postgres.ended;
        await until('no process of Postgres is left', () => !processes.some(isAlive));
      },
      async start() {
        postgres = await bootPostgres(postgres.port);
      },
      freeze() {
        frozen = freezeTree(postgres.pid);
      },
      thaw,
    },
    redis: {
      stop: () => ownRedis().stop(),
      async kill() {
        process.kill(ownRedis().pid, 'SIGKILL');
        await ownRedis().ended;
      },
      async start() {
        redis = await bootRedis(ownRedis().port);
      },
      async startEmpty() {
        await rm(join(redisFolder, 'store'), { recursive: true });
        redis = await bootRedis(ownRedis().port);
      },
    },
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}

/** As an operator does it: owners and rights are kept. */
export function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to], { env: { PATH: searchPath() } });
}

/** The parent first, so that no child is born while they are looked for. Gives back all their numbers. */
function freezeTree(parent: number): number[] {
  process.kill(parent, 'SIGSTOP');
  const children = findChildren(parent);
  signalAll(children, 'SIGSTOP');
  return [parent, ...children];
}

/** A connection's process may have ended by itself meanwhile. */
function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids.filter(isAlive)) process.kill(pid, signal);
}
