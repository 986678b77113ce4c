import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnBound, stopChild } from '@crafting-table/dev-services/bound-child';
import { searchPath } from '@crafting-table/dev-services/config';
import { readLines } from '@crafting-table/dev-services/read-lines';
import { until } from '@crafting-table/e2e/until';

export type Collecting = AsyncDisposable & {
  /** How often a mirror was repacked so far. */
  repacked(): number;
  /** Resolves once that has happened once more. */
  hasRepackedAgain(): Promise<void>;
};

const ENTRY = fileURLToPath(new URL('../packages/runner/src/git/fixtures/collect-often.ts', import.meta.url));

/** Collects garbage on the data folder of a host again and again, in a process of its own, beside the host's workers. */
export async function collectOften(dataDir: string): Promise<Collecting> {
  const folders = ['mirrors', 'workspaces', 'git-home'].map((name) => join(dataDir, name));
  const child = spawnBound({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ENTRY, ...folders],
    deathSignal: 'SIGTERM',
    env: { PATH: searchPath() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');
  let repacked = 0;
  let end: string | null = null;
  const said: string[] = [];
  readLines(child.stdout!, () => (repacked += 1)); // Both are pipes, as asked for above.
  readLines(child.stderr!, (line) => said.push(line));
  child.on(
    'exit',
    (code, signal) => (end = [`ended with ${signal ?? `exit code ${code}`}`, ...said].join('\n')),
  );
  return {
    repacked: () => repacked,
    async hasRepackedAgain() {
      const before = repacked;
      await until('a mirror is repacked', () => end !== null || repacked > before);
      if (end !== null) throw new Error(`Collecting garbage ${end}`);
    },
    [Symbol.asyncDispose]: () => stopChild(child, [{ signal: 'SIGTERM', waitMs: 10_000 }]),
  };
}
