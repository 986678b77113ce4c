// A private Redis for a farm that was given none and has a server program on its PATH.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { spawnBound, stopChild } from './bound-child.ts';
import { choosePort } from './choose-port.ts';
import { findOnPath } from './find-on-path.ts';
import { isAlive, isGoneWithin } from './process-life.ts';
import { readLines } from './read-lines.ts';
import { servicePassword } from './service-password.ts';
import { serviceUser } from './service-user.ts';

export type RedisOptions = {
  /** Where the append-only file lives; null keeps nothing, for tests. */
  dataDir: string | null;
  /** 0, the default, takes a free one. */
  port?: number;
  /** The PATH that is searched for redis-server, then valkey-server. */
  path: string;
  /** Every line the server writes. */
  log: (line: string) => void;
};

export type RunningRedis = AsyncDisposable & {
  url: string;
  /** Like `7.0.15`. */
  version: string;
  pid: number;
  port: number;
  /** Resolves when the server ends, whoever ended it. */
  ended: Promise<void>;
  stop(): Promise<void>;
};

const ADDRESS = '127.0.0.1';
const START_MS = 30_000;
const START_ATTEMPTS_MAX = 5;
const STOP_MS = 10_000;

/**
 * Starts a private Redis; null when no server program is on the PATH.
 * @throws with the server's last words when it does not start.
 */
export async function startRedis(options: RedisOptions): Promise<RunningRedis | null> {
  const program = await findOnPath(['redis-server', 'valkey-server'], options.path);
  if (!program) return null;
  await using folder = await openFolder(options.dataDir);
  await stopLeftover(folder.path);
  const password = await servicePassword(folder.path);
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await choosePort());
    const child = spawnServer(program, folder.store, configuration(port, password, options.dataDir !== null));
    const start = await waitUntilReady(child, options.log);
    if (start.isReady) {
      await writeFile(join(folder.path, 'pid'), `${child.pid}\n`);
      return running(child, { port, password, version: start.version, cleanUp: folder.keep() });
    }
    if (attempt === START_ATTEMPTS_MAX || !/in use/i.test(start.output.join('\n'))) {
      throw new Error(`${program} did not start:\n${start.output.slice(-20).join('\n')}`);
    }
  }
}

/** Deliveries are lost neither by a restart (append-only file) nor by a full memory (nothing is evicted). */
function configuration(port: number, password: string, isPersistent: boolean): string {
  return [
    `bind ${ADDRESS}`,
    `port ${port}`,
    'protected-mode yes',
    `requirepass ${password}`,
    'maxmemory-policy noeviction',
    'save ""',
    `appendonly ${isPersistent ? 'yes' : 'no'}`,
    'appendfsync everysec',
    '',
  ].join('\n');
}

/** The configuration, and with it the password, goes in through the standard input: it is in no argument and no file. */
function spawnServer(program: string, folder: string, configuration: string): ChildProcess {
  const child = spawnBound({
    command: program,
    args: ['-'],
    deathSignal: 'SIGTERM',
    cwd: folder,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' },
    user: serviceUser(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin!.on('error', () => {}); // A server that ends before it has read this says why on its output.
  child.stdin!.end(configuration);
  return child;
}

type Start = { isReady: true; version: string } | { isReady: false; output: string[] };

function waitUntilReady(child: ChildProcess, log: (line: string) => void): Promise<Start> {
  const { promise, resolve } = Promise.withResolvers<Start>();
  const output: string[] = [];
  let version = '';
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const settle = (start: Start) => {
    clearTimeout(timer);
    resolve(start);
  };
  const onLine = (line: string) => {
    log(line);
    if (output.length < 100) output.push(line);
    version ||= /version=([\d.]+)/.exec(line)?.[1] ?? '';
    if (/ready to accept connections/i.test(line)) settle({ isReady: true, version });
  };
  readLines(child.stdout!, onLine); // Both are pipes, as asked for in spawnServer().
  readLines(child.stderr!, onLine);
  child.once('error', (error) => settle({ isReady: false, output: [...output, error.message] }));
  child.once('close', () => settle({ isReady: false, output }));
  return promise;
}

type Server = { port: number; password: string; version: string; cleanUp: () => Promise<void> };

function running(child: ChildProcess, { port, password, version, cleanUp }: Server): RunningRedis {
  const stop = async () => {
    await stopChild(child, [{ signal: 'SIGTERM', waitMs: STOP_MS }]);
    await cleanUp();
  };
  return {
    url: `redis://:${password}@${ADDRESS}:${port}`,
    version,
    port,
    pid: child.pid!, // It said that it is ready, so it has one.
    ended: once(child, 'exit').then(() => {}),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The outer folder is this user's and holds the password; the server owns only the inner one. */
async function openFolder(dataDir: string | null) {
  const path = dataDir === null ? await mkdtemp(join(tmpdir(), 'crafting-redis-')) : resolve(dataDir);
  const store = join(path, 'store');
  await mkdir(store, { recursive: true, mode: 0o700 });
  const user = serviceUser();
  if (user) await chown(store, user.uid, user.gid);
  const cleanUp = async () => {
    if (dataDir === null) await rm(path, { recursive: true, force: true });
  };
  let isKept = false;
  return {
    path,
    store,
    /** From here on the caller cleans up, with the function that is returned. */
    keep: () => {
      isKept = true;
      return cleanUp;
    },
    [Symbol.asyncDispose]: async () => {
      if (!isKept) await cleanUp();
    },
  };
}

/** Two servers on one append-only file would destroy it, so what a killed parent left behind goes first. */
async function stopLeftover(folder: string): Promise<void> {
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => '0'));
  if (!pid || !isAlive(pid) || !(await isRedis(pid))) return;
  process.kill(pid, 'SIGTERM');
  if (await isGoneWithin(pid, STOP_MS)) return;
  process.kill(pid, 'SIGKILL');
  await isGoneWithin(pid, STOP_MS);
}

/** The number may belong to another program by now. */
async function isRedis(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return /^(redis|valkey)/.test(name);
}
