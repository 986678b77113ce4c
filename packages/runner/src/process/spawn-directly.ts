import { execa } from 'execa';
import type { ChildProcess } from 'node:child_process';
import type { ContainedCommand } from './contain-command.ts';
import { openOutputPipe } from './output-pipe.ts';
import { isDead } from './process-table.ts';
import type { ContainedRoot, RecipePlace, Spawner } from './spawner.ts';
import { waitUntil } from './wait-until.ts';

/** The word of a wrapper's start may still be in its socket when the wrapper has already ended. */
const LATE_WORD_MS = 200;

/** Works everywhere. Each start blocks the event loop for as long as a fork of the whole worker takes. */
export const directSpawner: Spawner = { spawn: spawnDirectly };

async function spawnDirectly(command: ContainedCommand, { cwd, env }: RecipePlace): Promise<ContainedRoot> {
  const output = openOutputPipe();
  // Any descriptor will do; execa's types know only the numbers up to 9.
  const writeEnd = output.writeEnd as 3;
  try {
    const subprocess = execa(command.file, command.arguments, {
      cwd,
      env,
      extendEnv: false,
      detached: true,
      stdio: ['ignore', writeEnd, writeEnd, command.wrappers > 0 ? 'pipe' : 'ignore'],
      // Reading, timing and ending are ours: execa knows neither the pipe nor the tree.
      buffer: false,
      cleanup: false,
      reject: false,
    });
    const { nodeChildProcess: root } = subprocess;
    if (root.pid === undefined) {
      const { cause } = await subprocess;
      throw new Error(`No process could be started with ${command.file} in ${cwd}`, { cause });
    }
    return { pid: root.pid, output, ...watchRoot(root, root.pid) };
  } catch (error) {
    output.source.destroy();
    throw error;
  } finally {
    output.closeWriteEnd();
  }
}

function watchRoot(
  root: ChildProcess,
  pid: number,
): Pick<ContainedRoot, 'exited' | 'exit' | 'hasExited' | 'hasStarted'> {
  const exited = new Promise<void>((resolve) => {
    root.once('exit', () => resolve());
  });
  const exit = () => {
    const { exitCode: code, signalCode: signal } = root;
    return code === null && signal === null ? undefined : { code, signal };
  };
  const wrapper = root.stdio[3];
  let saidStarted = !wrapper;
  wrapper?.once('data', () => (saidStarted = true));
  // The wrapper may be killed while it speaks.
  wrapper?.on('error', () => {});
  return {
    exited,
    exit,
    hasExited: () => exit() !== undefined || isDead(pid),
    hasStarted: () => waitUntil(() => saidStarted, LATE_WORD_MS),
  };
}
