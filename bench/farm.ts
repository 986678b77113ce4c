// A farm for one figure: the API and the workers as the launcher starts them, on a database and a queue of their own.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type Client } from '@crafting-table/client/create-client';
import { startFarmProcess } from '../apps/launcher/src/farm-process.ts';
import { migrateSchemas } from '../apps/launcher/src/migrate-schemas.ts';
import { compileCache, path } from './config.ts';
import type { Bench } from './figure.ts';
import { openRequests, type Requests } from './requests.ts';
import type { MeasuredProcess } from './stores.ts';
import { until } from './until.ts';

export type Backend = 'redis' | 'postgres';

export type FarmOptions = { backend?: Backend; workers?: number };

export type Running = AsyncDisposable & MeasuredProcess;

export type BenchFarm = AsyncDisposable & {
  baseUrl: string;
  bearer: string;
  client: Client;
  /** Cheaper than the client, on connections that stay open: for whatever is timed. */
  requests: Requests;
  databaseUrl: string;
  api: Running;
  /** The ones that were started with the farm. */
  workers: Running[];
  /** All workers share one data folder, as on one host. */
  startWorker(): Promise<Running>;
};

const READY_MS = 30_000;
const GRACE_MS = 15_000;

/** Everything has its default but what keeps the figures apart; on Redis where the machine has one. */
export async function startFarm(
  bench: Bench,
  { backend, workers = 1 }: FarmOptions = {},
): Promise<BenchFarm> {
  const started = bench.own(new AsyncDisposableStack());
  const databaseUrl = await bench.stores.createDatabase();
  const redisUrl = backend === 'postgres' ? undefined : (bench.stores.redisUrl ?? undefined);
  const queuePrefix = `bench_${randomBytes(6).toString('hex')}`;
  const dataDir = join(bench.folder, queuePrefix);
  const environment: NodeJS.ProcessEnv = {
    PATH: path,
    HOME: bench.folder,
    NODE_COMPILE_CACHE: compileCache,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    CRAFTING_QUEUE_PREFIX: queuePrefix,
    CRAFTING_DATA_DIR: dataDir,
    CRAFTING_FILE_REMOTES: '1',
    CRAFTING_PORT: '0',
    CRAFTING_DRAIN_SECS: '5',
  };
  await migrateSchemas({ databaseUrl, redisUrl, queuePrefix });
  const api = started.use(await startApp('api', environment, 'listening'));
  const baseUrl = `http://127.0.0.1:${api.entry['port']}`;
  const bearer = await readBearer(join(dataDir, 'admin-bearer.txt'));
  const startWorker = async () => started.use(await startApp('worker', environment, 'ready'));
  const running = await Promise.all(Array.from({ length: workers }, startWorker));
  const requests = openRequests({ baseUrl, bearer });
  started.defer(async () => requests[Symbol.dispose]());
  return {
    baseUrl,
    bearer,
    client: createClient({ baseUrl, bearer }),
    requests,
    databaseUrl,
    api,
    workers: running,
    startWorker,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

type LogEntry = Record<string, unknown>;

/** Resolves when the process logs the message, with that line of its log. */
async function startApp(
  app: 'api' | 'worker',
  environment: NodeJS.ProcessEnv,
  message: string,
): Promise<Running & { entry: LogEntry }> {
  const awaited = Promise.withResolvers<LogEntry>();
  const lines: string[] = [];
  const started = await startFarmProcess({
    entry: fileURLToPath(new URL(`../apps/${app}/src/main.ts`, import.meta.url)),
    environment,
    graceMs: GRACE_MS,
    onLine(line) {
      if (lines.length < 100) lines.push(line);
      const entry = parseEntry(line);
      if (entry?.['msg'] === message) awaited.resolve(entry);
    },
  });
  const fail = (how: string) => awaited.reject(new Error(`${app}: ${how}:\n${lines.join('\n')}`));
  const timer = setTimeout(fail, READY_MS, `not ready within ${READY_MS} ms`);
  void started.ended.then(fail);
  const stop = () => started.stop('orderly');
  try {
    const entry = await awaited.promise;
    return { name: app, pid: started.pid, entry, [Symbol.asyncDispose]: stop };
  } catch (fault) {
    await stop();
    throw fault;
  } finally {
    clearTimeout(timer);
  }
}

function parseEntry(line: string): LogEntry | null {
  try {
    return JSON.parse(line);
  } catch {
    return null; // A warning of Node itself, or the last words before a crash.
  }
}

function readBearer(file: string): Promise<string> {
  const read = () =>
    readFile(file, 'utf8').then(
      (text) => text.trim(),
      () => null,
    );
  return until('the first admin bearer is written', read, { pauseMs: 20, withinMs: READY_MS });
}
