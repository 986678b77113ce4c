// Postgres and Redis for all figures: the embedded ones of `npm start`, as safe against power loss as there.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client, type QueryConfig } from 'pg';
import { startPostgres } from '@crafting-table/dev-services/embedded-postgres';
import { startRedis } from '@crafting-table/dev-services/redis';
import { path } from './config.ts';

export type MeasuredProcess = { name: string; pid: number };

export type Stores = AsyncDisposable & {
  versions: { postgres: string; redis: string | null };
  /** Null where the machine has none. */
  redisUrl: string | null;
  processes: MeasuredProcess[];
  /** An empty database; gives back its URL. It goes with the stores. */
  createDatabase(): Promise<string>;
};

export async function startStores(folder: string): Promise<Stores> {
  await using started = new AsyncDisposableStack();
  const log = () => {};
  const postgres = started.use(await startPostgres({ dataDir: join(folder, 'postgres'), log }));
  const redis = await startRedis({ dataDir: join(folder, 'redis'), path, log });
  if (redis) started.use(redis);
  const stop = started.move();
  return {
    versions: { postgres: postgres.version, redis: redis?.version ?? null },
    redisUrl: redis?.url ?? null,
    processes: [
      { name: 'Postgres', pid: postgres.pid },
      ...(redis ? [{ name: 'Redis', pid: redis.pid }] : []),
    ],
    async createDatabase() {
      const name = `bench_${randomBytes(6).toString('hex')}`;
      await query(postgres.url, `create database ${name}`);
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}

/** Runs the statements one after the other on a connection of their own; gives back the rows of the last. */
export async function query(
  databaseUrl: string,
  ...statements: (string | QueryConfig)[]
): Promise<unknown[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
