// The way of a start: lock, port, stores, schema, processes, ready; and the same way back.
import { join } from 'node:path';
import { checkPort, probeHost, urlOf } from './addresses.ts';
import type { LauncherConfig } from './config.ts';
import { farmEnvironment } from './farm-environment.ts';
import { takeFarmLock } from './farm-lock.ts';
import { startFarmProcesses } from './farm-processes.ts';
import type { Entries, FarmProcesses } from './farm-processes.ts';
import type { Pace } from './keep-running.ts';
import type { SchemaTarget } from './migrate-schemas.ts';
import { readyLines } from './ready-line.ts';
import { startStores } from './stores.ts';
import { waitUntilHealthy } from './wait-until-healthy.ts';

export type LaunchOptions = {
  config: LauncherConfig;
  entries: Entries;
  /** Brings the database, and the queue's part of it where there is no Redis, to the newest schema. */
  migrate: (target: SchemaTarget) => Promise<void>;
  print: (line: string) => void;
};

export type Farm = {
  baseUrl: string;
  bearerFile: string;
  /** Ends the workers, the API, the queue and the database, in this order. */
  stop(pace: Pace): Promise<void>;
};

export type LaunchOutcome =
  | { kind: 'ready'; farm: Farm }
  | { kind: 'refused'; why: string }
  | { kind: 'stopped' };

const HEALTHY_MS = 60_000;

/** Brings the farm up. When that fails, or `stopping` is aborted meanwhile, takes back what it had started. */
export async function launch(options: LaunchOptions, stopping: AbortSignal): Promise<LaunchOutcome> {
  const { config, print } = options;
  const lock = takeFarmLock(config.dataDir);
  if (lock.kind === 'taken') {
    return {
      kind: 'refused',
      why: `${config.dataDir} is in use by ${lock.by}. Stop that one, or choose --data.`,
    };
  }
  const checked = await checkPort(config.host, config.port);
  if (checked.kind === 'unusable') {
    lock[Symbol.dispose]();
    return { kind: 'refused', why: checked.why };
  }
  const { port } = checked;
  lock.describe({ pid: process.pid, url: urlOf(config.host, port) });

  const stops: ((pace: Pace) => Promise<void>)[] = [async () => lock[Symbol.dispose]()];
  const stop = async (pace: Pace) => {
    for (const stopOne of stops.toReversed()) await stopOne(pace);
  };
  try {
    const stores = await startStores(config, print);
    stops.push(stores.stop);
    stopping.throwIfAborted();
    await options.migrate({ ...config, ...stores });
    stopping.throwIfAborted();
    const environment = farmEnvironment(config, { port, ...stores });
    const processes = await startFarmProcesses({ ...options, environment });
    stops.push(processes.stop);
    await untilReady(config.host, port, processes, stopping);
    const bearerFile = join(config.dataDir, 'admin-bearer.txt');
    readyLines({ ...config, ...stores, port, bearerFile }).forEach(print);
    return { kind: 'ready', farm: { baseUrl: urlOf(probeHost(config.host), port), bearerFile, stop } };
  } catch (fault) {
    await stop('orderly');
    if (stopping.aborted) return { kind: 'stopped' };
    throw fault;
  }
}

/** @throws when the API ends instead, or takes too long, with its last words. */
async function untilReady(host: string, port: number, { apiEnded }: FarmProcesses, stopping: AbortSignal) {
  const apiIsGone = new AbortController();
  void apiEnded.then((how) => apiIsGone.abort(new Error(`The API ended before it was ready: ${how}`)));
  const giveUp = AbortSignal.any([stopping, apiIsGone.signal, AbortSignal.timeout(HEALTHY_MS)]);
  if (!(await waitUntilHealthy(host, port, giveUp))) throw giveUp.reason;
}
