// One API or worker process of the farm: started bound to the launcher, its log kept, stopped within a bounded time.
import { once } from 'node:events';
import { spawnBound, stopChild } from '@crafting-table/dev-services/bound-child';
import { readLines } from '@crafting-table/dev-services/read-lines';
import type { Running } from './keep-running.ts';

export type FarmProcessOptions = {
  /** The file to run with this very Node. */
  entry: string;
  environment: NodeJS.ProcessEnv;
  /** From SIGTERM to SIGKILL. */
  graceMs: number;
  onLine: (line: string) => void;
};

export type FarmProcess = Running & { pid: number };

/**
 * A small young generation costs a little speed and saves 25 MB in each process of a farm that idles most of the day.
 */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2'];

/** glibc gives each thread pools of memory of its own and is slow to give them back; two of them save some 60 MB in a flood. */
export const MEMORY_VARIABLES = { MALLOC_ARENA_MAX: '2' };

/** Resolves as soon as the process exists, long before it is ready. */
export async function startFarmProcess(options: FarmProcessOptions): Promise<FarmProcess> {
  const child = spawnBound({
    command: process.execPath,
    args: [...NODE_FLAGS, options.entry],
    deathSignal: 'SIGTERM',
    env: { ...MEMORY_VARIABLES, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code, signal]) =>
    signal ? `killed by ${signal}` : `exit code ${code}`,
  );
  await once(child, 'spawn');
  readLines(child.stdout!, options.onLine); // Both are pipes, as asked for above.
  readLines(child.stderr!, options.onLine);
  return {
    pid: child.pid!, // It was spawned.
    ended,
    stop: (pace) =>
      stopChild(child, pace === 'orderly' ? [{ signal: 'SIGTERM', waitMs: options.graceMs }] : []),
  };
}
