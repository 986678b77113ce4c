// The API and the workers of this farm, kept running side by side.
import { join } from 'node:path';
import type { LauncherConfig } from './config.ts';
import { workerEnvironment } from './farm-environment.ts';
import { startFarmProcess } from './farm-process.ts';
import { keepRunning } from './keep-running.ts';
import type { Pace } from './keep-running.ts';
import { openLogFile } from './log-file.ts';
import { renderLogLine } from './render-log-line.ts';

/** The programs to run: the apps' own, or stand-ins in a test. */
export type Entries = { api: string; worker: string };

export type FarmProcessesOptions = {
  config: LauncherConfig;
  entries: Entries;
  environment: NodeJS.ProcessEnv;
  print: (line: string) => void;
};

export type FarmProcesses = {
  /** Resolves with how it ended and its last lines when the API that was started first ends. */
  apiEnded: Promise<string>;
  stop(pace: Pace): Promise<void>;
};

const API_GRACE_MS = 10_000;
/** The drain, the kill grace of an attempt, and some room. */
const WORKER_GRACE_MS = 25_000;
const LAST_LINES = 20;

/** Resolves as soon as all processes exist, long before they are ready. */
export async function startFarmProcesses(options: FarmProcessesOptions): Promise<FarmProcesses> {
  const { config, entries, environment } = options;
  const numbers = Array.from({ length: config.workers }, (_, index) => index + 1);
  const api = await keepProcess({ ...options, name: 'api', entry: entries.api, graceMs: API_GRACE_MS });
  const workers = await Promise.all(
    numbers.map((number) =>
      keepProcess({
        ...options,
        name: `worker-${number}`,
        entry: entries.worker,
        graceMs: WORKER_GRACE_MS,
        environment: workerEnvironment(environment, number, config.workers),
      }),
    ),
  );
  return {
    apiEnded: api.ended,
    async stop(pace) {
      await Promise.all(workers.map((worker) => worker.stop(pace)));
      await api.stop(pace);
    },
  };
}

type KeepProcessOptions = FarmProcessesOptions & { name: string; entry: string; graceMs: number };

async function keepProcess({ name, entry, environment, graceMs, config, print }: KeepProcessOptions) {
  const log = openLogFile(join(config.dataDir, 'logs', `${name}.log`));
  const lastLines: string[] = [];
  const onLine = (line: string) => {
    log.write(line);
    const forPeople = renderLogLine(name, line);
    if (forPeople) print(forPeople);
    lastLines.push(line);
    if (lastLines.length > LAST_LINES) lastLines.shift();
  };
  const start = () => startFarmProcess({ entry, environment, graceMs, onLine });
  const kept = await keepRunning({ name, start, report: print });
  return {
    ended: kept.first.ended.then((how) => [how, ...lastLines.map((line) => `  ${line}`)].join('\n')),
    async stop(pace: Pace) {
      await kept.stop(pace);
      log.close();
    },
  };
}
