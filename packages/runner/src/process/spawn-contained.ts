import { execa } from 'execa';
import type { ChildProcess } from 'node:child_process';
import type { ContainedCommand } from './contain-command.ts';
import { type OutputPipe, openOutputPipe } from './output-pipe.ts';
import { isDead } from './process-table.ts';
import { waitUntil } from './wait-until.ts';

/** The word of a wrapper's start may still be in its socket when the wrapper has already ended. */
const LATE_WORD_MS = 200;

export type RootExit = { code: number | null; signal: NodeJS.Signals | null };

/** The outermost process of a contained command. */
export type ContainedRoot = {
  readonly pid: number;
  readonly output: OutputPipe;
  readonly exited: Promise<void>;
  /** Nothing until the event of its end was handled. */
  exit(): RootExit | undefined;
  /** True as soon as the process has ended, also while the event of it waits behind a busy event loop. */
  hasExited(): boolean;
  /** After the end: whether the recipe was reached, or only what should have contained it. */
  hasStarted(): Promise<boolean>;
};

/** Starts a contained command as the leader of its own session. Throws when there is no process. */
export function spawnContained(
  command: ContainedCommand,
  options: { cwd: string; env: Record<string, string> },
): ContainedRoot {
  const output = openOutputPipe();
  // Any descriptor will do; execa's types know only the numbers up to 9.
  const writeEnd = output.writeEnd as 3;
  try {
    const { nodeChildProcess: root } = execa(command.file, command.arguments, {
      cwd: options.cwd,
      env: options.env,
      extendEnv: false,
      detached: true,
      stdio: ['ignore', writeEnd, writeEnd, command.wrappers > 0 ? 'pipe' : 'ignore'],
      // Reading, timing and ending are ours: execa knows neither the pipe nor the tree.
      buffer: false,
      cleanup: false,
      reject: false,
    });
    if (root.pid === undefined)
      throw new Error(`No process could be started with ${command.file} in ${options.cwd}`);
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
