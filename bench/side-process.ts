// Floors and loads live in small processes of their own: a process forks slower the more memory it has, and a client in
// this process would wait for whatever else it does.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { spawnBound, stopChild } from '@crafting-table/dev-services/bound-child';
import { MEMORY_VARIABLES, NODE_FLAGS } from '../apps/launcher/src/farm-process.ts';
import { path } from './config.ts';

export type SideProcess<Question, Answer> = AsyncDisposable & {
  pid: number;
  ask(question: Question): Promise<Answer>;
};

/**
 * `entry` is seen from this folder. Whoever starts it says what it is asked and answers. `asInFarm`: with the memory settings of the
 * farm's own processes.
 */
export async function startSideProcess<Question extends object, Answer>(
  entry: string,
  { asInFarm = false } = {},
): Promise<SideProcess<Question, Answer>> {
  const child = spawnBound({
    command: process.execPath,
    args: [
      ...(asInFarm ? NODE_FLAGS : ['--disable-warning=ExperimentalWarning']),
      fileURLToPath(new URL(entry, import.meta.url)),
    ],
    deathSignal: 'SIGTERM',
    env: { PATH: path, ...(asInFarm && MEMORY_VARIABLES) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'spawn');
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${entry} ended with ${signal ?? `exit code ${code}`}`);
  });
  ended.catch(() => {}); // An end while nobody asks is what disposal leads to.
  return {
    pid: child.pid!, // It was spawned.
    async ask(question) {
      child.send(question);
      const [answer] = await Promise.race([once(child, 'message'), ended]);
      return answer;
    },
    [Symbol.asyncDispose]: () => stopChild(child, [{ signal: 'SIGTERM', waitMs: 2_000 }]),
  };
}

/** The other end, one question after the other. */
export function answerQuestions<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('message', async (question) => {
    process.send!(await answer(question as Question)); // From startSideProcess(), typed by whoever called that.
  });
}
