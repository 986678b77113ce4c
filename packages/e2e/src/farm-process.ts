// One API or worker process as an operator starts it: `node main.ts`, its settings in the environment, its log on stderr.
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnBound, stopChild } from '@crafting-table/dev-services/bound-child';
import { readLines } from '@crafting-table/dev-services/read-lines';
import { until } from './until.ts';

export type LogEntry = { level: number; msg: string; [field: string]: unknown };

export type FarmProcess = {
  name: string;
  pid: number;
  /** Everything it has written so far. */
  log(): string;
  /** The first line of its log with this message, once it is there. */
  logged(message: string): Promise<LogEntry>;
  /** What it called an error: pino's level 50 and above, and everything that is not a log line. */
  troubles(): string[];
  /** Sends the signal; SIGKILL resolves once the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** How it ended: `exit code 0`, `SIGKILL`. */
  ended: Promise<string>;
  hasEnded(): boolean;
  /** TERM, then KILL when that is not enough. Resolves with how it ended. */
  stop(): Promise<string>;
};

const THIS_RELEASE = fileURLToPath(new URL('../../../', import.meta.url));
const START_MS = 20_000;
const STOP_MS = 20_000;
const ERROR_LEVEL = 50;

export async function startFarmProcess(options: {
  app: 'api' | 'worker';
  name: string;
  environment: NodeJS.ProcessEnv;
  /** A command that becomes the one behind it, such as `nsenter --net=…`. */
  behind?: readonly string[];
  /** The folder with the release to start; this very one when not given. */
  release?: string;
}): Promise<FarmProcess> {
  const { app, name, environment, behind = [], release = THIS_RELEASE } = options;
  const entry = join(release, 'apps', app, 'src', 'main.ts');
  const [command, ...args] = [...behind, process.execPath, entry];
  const child = spawnBound({
    command: command!, // There is always one.
    args,
    deathSignal: 'SIGTERM',
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');
  const lines: string[] = [];
  readLines(child.stdout!, (line) => lines.push(line)); // Both are pipes, as asked for above.
  readLines(child.stderr!, (line) => lines.push(line));
  let end: string | null = null;
  const ended = once(child, 'exit').then(([code, signal]) => (end = signal ?? `exit code ${code}`));
  const log = () => lines.join('\n');
  return {
    name,
    pid: child.pid!, // It was spawned.
    log,
    async logged(message) {
      const entry = await until(
        `${name} logs "${message}"`,
        () => lines.map(parseEntry).find((each) => each?.msg === message) ?? end,
        START_MS,
      );
      if (typeof entry !== 'string') return entry;
      throw new Error(`${name} ended with ${entry} and never logged "${message}":\n${log()}`);
    },
    troubles: () => lines.filter((line) => (parseEntry(line)?.level ?? ERROR_LEVEL) >= ERROR_LEVEL),
    async kill(signal) {
      child.kill(signal);
      if (signal === 'SIGKILL') await ended;
    },
    ended,
    hasEnded: () => end !== null,
    async stop() {
      await stopChild(child, [{ signal: 'SIGTERM', waitMs: STOP_MS }]);
      return ended;
    },
  };
}

function parseEntry(line: string): LogEntry | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
