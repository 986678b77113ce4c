// A whole farm for one test file: real processes, a database and a queue prefix of their own. Giving it back proves that
// nothing of it is left on the machine.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type Client } from '@crafting-table/client/create-client';
import { searchPath, testRedisUrl } from '@crafting-table/dev-services/config';
import { createTestDatabase } from '@crafting-table/dev-services/test-database';
import { startFarmProcess, type FarmProcess } from './farm-process.ts';
import { startOwnStores, type OwnStores } from './own-stores.ts';
import { findRecipeProcesses } from './process-search.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

export type Backend = 'redis' | 'postgres';

/** Both where the machine has a Redis. */
export const BACKENDS: Backend[] = testRedisUrl() === undefined ? ['postgres'] : ['redis', 'postgres'];

export type Worker = FarmProcess & { id: string; dataDir: string };
export type Member = { bearer: string; client: Client };

export type FarmUnderTest = AsyncDisposable &
  Member & {
    baseUrl: string;
    /** Replaced by restartApi(). */
    readonly api: FarmProcess;
    /** In the order they were started, ended ones too. */
    workers: Worker[];
    databaseUrl: string;
    redisUrl: string | undefined;
    queuePrefix: string;
    /** Only with `ownStores`. */
    stores: OwnStores | null;
    /**
     * Each worker has a data folder of its own, as on a host of its own, unless the settings name one. `behind` is a
     * command that becomes the worker, such as `nsenter --net=…`.
     */
    addWorker(settings?: Settings, behind?: readonly string[]): Promise<Worker>;
    /** What is started from now on is the release in that folder; what runs is left alone. */
    upgradeTo(release: string): void;
    /** Ends the API and starts it on the same port. */
    restartApi(): Promise<void>;
    mint(name: string): Promise<Member>;
    /** The last lines of every process, for a person who looks at a failure. */
    logTails(): string;
  };

type Settings = Record<string, string>;

export type FarmOptions = {
  backend: Backend;
  /** 1 when not given. */
  workers?: number;
  /** For the API and the workers alike. */
  settings?: Settings;
  /** Stores that the test may stop and empty. */
  ownStores?: boolean;
  /** A Postgres that the test brings. */
  databaseUrl?: string;
  /** A backup to begin with: the admin's bearer, and a copy of the folder of a Postgres, which implies stores of its own. */
  restoredFrom?: { bearer: string; postgres?: string };
  /** The test makes trouble on purpose: what the processes log as errors is not held against them. */
  expectsTrouble?: boolean;
};

/** How the launcher starts its processes, which makes a difference where memory is measured. */
export const AS_LAUNCHED = { NODE_OPTIONS: '--max-semi-space-size=2', MALLOC_ARENA_MAX: '2' };

/** A variable that stands in the environment of every process of a farm and must never reach a recipe. */
export const CANARY = { name: 'WORKERS_OWN_SECRET', value: 'canary-of-the-worker' };

const LOG_TAIL_LINES = 40;
const GONE_MS = 5_000;

export async function startFarm(options: FarmOptions): Promise<FarmUnderTest> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder('farm'));
  const { restoredFrom } = options;
  const stores =
    options.ownStores || restoredFrom?.postgres
      ? started.use(
          await startOwnStores({
            withRedis: options.backend === 'redis',
            ...(restoredFrom?.postgres !== undefined && { postgresFrom: restoredFrom.postgres }),
          }),
        )
      : null;
  const databaseUrl =
    options.databaseUrl ?? stores?.databaseUrl ?? started.use(await createTestDatabase()).url;
  const redisUrl = options.backend === 'redis' ? (stores?.redisUrl ?? testRedisUrl()) : undefined;
  const queuePrefix = `e2e_${randomBytes(6).toString('hex')}`;
  const environmentOf = (dataDir: string, settings: Settings): NodeJS.ProcessEnv => ({
    ...AS_LAUNCHED,
    PATH: searchPath(),
    HOME: folder.path,
    [CANARY.name]: CANARY.value,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    CRAFTING_QUEUE_PREFIX: queuePrefix,
    CRAFTING_DATA_DIR: dataDir,
    CRAFTING_FILE_REMOTES: '1',
    CRAFTING_KILL_GRACE_SECS: '1',
    CRAFTING_DISK_FLOOR_BYTES: '0', // A full disk of this machine is not what is tested.
    ...options.settings,
    ...settings,
  });

  const processes: FarmProcess[] = [];
  const workers: Worker[] = [];
  started.defer(() => assertNothingIsLeft(workers, folder.path));
  started.defer(async () => {
    await stopAll(processes);
    if (!options.expectsTrouble) assertNoTrouble(processes);
  });

  let release: { release?: string } = {};
  const apiFolder = join(folder.path, 'api');
  if (restoredFrom) {
    await mkdir(apiFolder);
    await writeFile(join(apiFolder, 'admin-bearer.txt'), restoredFrom.bearer, { mode: 0o600 });
  }
  const startApi = async (port: string) => {
    const environment = environmentOf(apiFolder, { CRAFTING_PORT: port });
    const api = await startFarmProcess({ app: 'api', name: 'api', environment, ...release });
    processes.push(api);
    return { api, port: String((await api.logged('listening'))['port']) };
  };
  let workersMade = 0;
  const addWorker = async (settings: Settings = {}, behind: readonly string[] = []): Promise<Worker> => {
    const name = `worker-${++workersMade}`;
    const dataDir = settings['CRAFTING_DATA_DIR'] ?? join(folder.path, name);
    const environment = environmentOf(dataDir, { CRAFTING_WORKER_NAME: name, ...settings });
    const running = await startFarmProcess({ app: 'worker', name, environment, behind, ...release });
    processes.push(running);
    const worker = { ...running, dataDir, id: String((await running.logged('ready'))['id']) };
    workers.push(worker);
    return worker;
  };

  let current = await startApi('0');
  const baseUrl = `http://127.0.0.1:${current.port}`;
  const bearer = await until('the first admin bearer is written', async () =>
    (await readFile(join(apiFolder, 'admin-bearer.txt'), 'utf8')).trim(),
  );
  const client = createClient({ baseUrl, bearer });
  await until('the bearer is an admin', () => client.call('listTokens'));
  await Promise.all(Array.from({ length: options.workers ?? 1 }, () => addWorker()));
  const stop = started.move();
  return {
    baseUrl,
    bearer,
    client,
    get api() {
      return current.api;
    },
    workers,
    databaseUrl,
    redisUrl,
    queuePrefix,
    stores,
    addWorker,
    upgradeTo(next) {
      release = { release: next };
    },
    async restartApi() {
      await current.api.stop();
      current = await startApi(current.port);
    },
    async mint(name) {
      const minted = await client.call('mintToken', { body: { name } });
      return { bearer: minted.bearer, client: createClient({ baseUrl, bearer: minted.bearer }) };
    },
    logTails: () => processes.map(logTail).join('\n\n'),
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}

/** All at once, as a host that shuts down does it. Whoever was not killed by the test must end well by itself. */
async function stopAll(processes: readonly FarmProcess[]): Promise<void> {
  const running = processes.filter((each) => !each.hasEnded());
  const ends = await Promise.all(running.map((each) => each.stop()));
  const faulty = running.filter((_, index) => ends[index] !== 'exit code 0');
  if (faulty.length === 0) return;
  throw new Error(
    `Not every process of the farm ended well: ${ends.join(', ')}\n${faulty.map(logTail).join('\n')}`,
  );
}

function assertNoTrouble(processes: readonly FarmProcess[]): void {
  const troubles = processes.flatMap(({ name, troubles }) => troubles().map((line) => `${name}: ${line}`));
  if (troubles.length > 0) throw new Error(`The farm was in trouble:\n${troubles.join('\n')}`);
}

async function assertNothingIsLeft(workers: readonly Worker[], folder: string): Promise<void> {
  const ids = workers.map((worker) => `${worker.id}.`);
  await until(
    'no process of a recipe is left',
    () => {
      const left = findRecipeProcesses(ids, folder);
      if (left.length > 0) throw new Error(JSON.stringify(left));
      return true;
    },
    GONE_MS,
  );
  for (const worker of workers) {
    if ((await worker.ended) !== 'exit code 0') continue; // Who was killed leaves its folder to the next worker of its host.
    const left = [
      ...(await foldersIn(join(worker.dataDir, 'workspaces'))),
      ...(await foldersIn(join(worker.dataDir, 'spools'))),
    ];
    if (left.length > 0) throw new Error(`${worker.name} left behind: ${left.join(', ')}`);
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return []; // The test put it elsewhere, or took the disk away that it was on.
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}

function logTail({ name, log }: FarmProcess): string {
  return `== ${name}\n${log().split('\n').slice(-LOG_TAIL_LINES).join('\n')}`;
}
