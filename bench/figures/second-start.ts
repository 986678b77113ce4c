import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnBound, stopChild } from '@crafting-table/dev-services/bound-child';
import { readLines } from '@crafting-table/dev-services/read-lines';
import { compileCache, path } from '../config.ts';
import type { Bench, Figure } from '../figure.ts';
import { median } from '../statistics.ts';

const LAUNCHER = fileURLToPath(new URL('../../apps/launcher/src/main.ts', import.meta.url));
const AIM_S = 2;
const STOP_MS = 20_000;

/** What `npm start` does once start.mjs has found everything in place, on a data folder that is in use already. */
export const secondStart: Figure = {
  name: 'second-start',
  floor: null,
  aim: `below ${AIM_S} s`,
  async measure(bench) {
    const first = await startOnce(bench);
    const later: number[] = [];
    for (let count = 0; count < (bench.isQuick ? 1 : 5); count++) later.push(await startOnce(bench));
    const value = median(later);
    return [
      { label: 'first start of the launcher', value: first, floor: null, unit: 's', isMet: null },
      { label: 'second start of the launcher', value, floor: null, unit: 's', isMet: value < AIM_S },
    ];
  },
};

/** Seconds from the start of the process to its ready line. */
async function startOnce(bench: Bench): Promise<number> {
  const startedAt = performance.now();
  const child = spawnBound({
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      LAUNCHER,
      '--no-demo',
      '--port',
      '0',
      '--data',
      join(bench.folder, 'data'),
    ],
    deathSignal: 'SIGTERM',
    env: { PATH: path, HOME: bench.folder, NODE_COMPILE_CACHE: compileCache },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await using stack = new AsyncDisposableStack();
  stack.use(
    bench.own({ [Symbol.asyncDispose]: () => stopChild(child, [{ signal: 'SIGTERM', waitMs: STOP_MS }]) }),
  );
  const ready = Promise.withResolvers<number>();
  const lines: string[] = [];
  const onLine = (line: string) => {
    lines.push(line);
    if (line.startsWith('crafting-table ready')) ready.resolve((performance.now() - startedAt) / 1000);
  };
  readLines(child.stdout!, onLine); // Both are pipes, as asked for above.
  readLines(child.stderr!, onLine);
  void once(child, 'exit').then(() => ready.reject(new Error(`The launcher ended:\n${lines.join('\n')}`)));
  return await ready.promise;
}
