// A private Postgres for a farm that was given none: started on a folder, stopped with its owner, found again after a crash.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnBound, stopChild } from './bound-child.ts';
import { choosePort } from './choose-port.ts';
import {
  clusterArgument,
  initialiseCluster,
  POSTGRES_ENVIRONMENT,
  POSTGRES_USER,
} from './initialise-cluster.ts';
import { locatePostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { findPostmaster } from './postmaster-pid.ts';
import type { Postmaster } from './postmaster-pid.ts';
import { isGoneWithin } from './process-life.ts';
import { readLines } from './read-lines.ts';
import { servicePassword } from './service-password.ts';
import { serviceUser } from './service-user.ts';

export type PostgresOptions = {
  /** Holds `cluster/` and the password. Made when missing. */
  dataDir: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Other programs than the embedded ones: those of a Postgres that is installed on the machine. */
  binaries?: PostgresBinaries;
  /** False gives up safety against power loss for speed: for tests. */
  durable?: boolean;
  /** True makes a server that already runs on the folder this one's own, to be stopped by stop(). */
  adopt?: boolean;
  /** Every line the server writes. */
  log: (line: string) => void;
};

export type RunningPostgres = AsyncDisposable & {
  url: string;
  /** Like `18.4`. */
  version: string;
  pid: number;
  port: number;
  /** Resolves when the server ends, whoever ended it. Never for one that was found running. */
  ended: Promise<void>;
  /** Ends the server; leaves one alone that was found running and not adopted. */
  stop(): Promise<void>;
};

const ADDRESS = '127.0.0.1';
const START_MS = 60_000;
const START_ATTEMPTS_MAX = 5;
/** A fast shutdown writes a checkpoint; after this long the server is told to drop everything and recover next time. */
const FAST_SHUTDOWN_MS = 20_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;

/**
 * Starts Postgres on the folder, or finds the one that runs there already.
 * @throws when there is no Postgres for this platform, or with its last words when it does not start.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const dataDir = resolve(options.dataDir);
  const cluster = join(dataDir, 'cluster');
  await mkdir(dataDir, { recursive: true });
  const password = await servicePassword(dataDir);
  const found = await findRunning(cluster, password, options.adopt ?? false);
  if (found) return found;

  const user = serviceUser();
  const binaries = options.binaries ?? (await locatePostgresBinaries(user));
  const isDurable = options.durable ?? true;
  await initialiseCluster({ cluster, password, binaries, user, isDurable });
  const program = join(binaries.folder, 'bin', 'postgres');
  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await choosePort());
    const settings = serverSettings(port, { isDurable, isEmbedded: options.binaries === undefined });
    const args = ['-D', clusterArgument(user, cluster), ...settings];
    const child = spawnBound({
      command: program,
      args,
      deathSignal: 'SIGINT',
      cwd: cluster,
      env: POSTGRES_ENVIRONMENT,
      user,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const start = await waitUntilReady(child, options.log);
    if (start.isReady) return running(child, { port, password, version: start.version });
    if (attempt === START_ATTEMPTS_MAX || !canPass(start.output)) {
      throw new Error(`Postgres did not start on ${cluster}:\n${start.output.slice(-20).join('\n')}`);
    }
    // The last server's processes take a moment to notice that it was killed; a port may have been taken meanwhile.
    await sleep(100 * attempt);
  }
}

/** Modest on purpose: the farm shares its host with the recipes. Connections: a few per process of a farm on a LAN. */
function serverSettings(port: number, of: { isDurable: boolean; isEmbedded: boolean }): string[] {
  const settings = {
    listen_addresses: ADDRESS,
    port,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '64MB',
    jit: 'off',
    max_parallel_workers_per_gather: 0,
    log_checkpoints: 'off',
    timezone: 'UTC',
    ...(of.isEmbedded && { io_method: 'sync' }), // Version 18 and later know it.
    ...(of.isDurable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

type Start = { isReady: true; version: string } | { isReady: false; output: string[] };

function waitUntilReady(child: ChildProcess, log: (line: string) => void): Promise<Start> {
  const { promise, resolve } = Promise.withResolvers<Start>();
  const output: string[] = [];
  let version = '';
  let isSettled = false;
  const settle = (start: Start) => {
    isSettled = true;
    clearTimeout(timer);
    resolve(start);
  };
  const timer = setTimeout(() => child.kill('SIGQUIT'), START_MS);
  readLines(child.stderr!, (line) => {
    log(line);
    if (isSettled) return;
    output.push(line);
    version = /starting PostgreSQL (\S+)/.exec(line)?.[1] ?? version;
    if (line.includes('database system is ready to accept connections')) settle({ isReady: true, version });
  }); // stderr is a pipe, as the caller asked for.
  child.once('error', (error) => settle({ isReady: false, output: [...output, error.message] }));
  child.once('close', () => settle({ isReady: false, output }));
  return promise;
}

function canPass(output: readonly string[]): boolean {
  return /could not bind|in use|lock file .* already exists/i.test(output.join('\n'));
}

function running(
  child: ChildProcess,
  server: { port: number; password: string; version: string },
): RunningPostgres {
  const stop = () =>
    stopChild(child, [
      { signal: 'SIGINT', waitMs: FAST_SHUTDOWN_MS },
      { signal: 'SIGQUIT', waitMs: IMMEDIATE_SHUTDOWN_MS },
    ]);
  const hasEnded = child.exitCode !== null || child.signalCode !== null;
  return {
    url: urlOf(server),
    version: server.version,
    port: server.port,
    pid: child.pid!, // It said that it is ready, so it has one.
    ended: hasEnded ? Promise.resolve() : once(child, 'exit').then(() => {}),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function findRunning(
  cluster: string,
  password: string,
  adopt: boolean,
): Promise<RunningPostgres | undefined> {
  for (;;) {
    const found = await findPostmaster(cluster);
    if (!found) return undefined;
    try {
      return await attach(found, password, adopt);
    } catch (fault) {
      // A server that has just been told to end, or was killed, still has its pid file: the next look finds none.
      if (!(await isGoneWithin(found.pid, FAST_SHUTDOWN_MS))) throw fault;
    }
  }
}

async function attach({ pid, port }: Postmaster, password: string, adopt: boolean): Promise<RunningPostgres> {
  const url = urlOf({ port, password });
  const stop = async () => {
    if (adopt) await stopByPid(pid);
  };
  const version = await askVersion(url);
  return { url, version, port, pid, ended: new Promise(() => {}), stop, [Symbol.asyncDispose]: stop };
}

async function stopByPid(pid: number): Promise<void> {
  process.kill(pid, 'SIGINT');
  if (await isGoneWithin(pid, FAST_SHUTDOWN_MS)) return;
  process.kill(pid, 'SIGQUIT');
  await isGoneWithin(pid, IMMEDIATE_SHUTDOWN_MS);
}

/** The client is loaded here only: a fresh start has no need of it, and loading it takes longer than anything else. */
async function askVersion(connectionString: string): Promise<string> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query('show server_version');
    return String(rows[0].server_version).split(' ')[0]!;
  } finally {
    await client.end();
  }
}

function urlOf({ port, password }: { port: number; password: string }): string {
  return `postgres://${POSTGRES_USER}:${password}@${ADDRESS}:${port}/postgres`;
}
