import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { signalOf } from './exit-code.ts';
import { sendSignal } from './kill-tree.ts';
import { isDead } from './process-table.ts';
import type { ContainedRoot, RecipeOutput, RootExit } from './spawner.ts';

/** A process that the fork server started and whose end it tells. */
export type ForkedRoot = ContainedRoot & {
  end(told: { code: number; signal: number; hasStarted: boolean }): void;
  /** The server is gone, so nobody will tell. */
  lose(): void;
};

/** `outputPath` is the reading end of its output among the server's open files. Kills the process if that is out of reach. */
export function createForkedRoot(pid: number, outputPath: string): ForkedRoot {
  const output = openOutput(pid, outputPath);
  const exited = Promise.withResolvers<void>();
  let exit: RootExit | undefined;
  let hasStarted = false;
  let isLost = false;
  return {
    pid,
    output,
    exited: exited.promise,
    exit: () => exit,
    hasExited: () => exit !== undefined || isLost || isDead(pid),
    hasStarted: async () => hasStarted,
    end(told) {
      const { code, signal } = told;
      exit = signal === 0 ? { code, signal: null } : { code: null, signal: signalOf(128 + signal) ?? null };
      hasStarted = told.hasStarted;
      exited.resolve();
    },
    lose() {
      isLost = true;
      exited.resolve();
    },
  };
}

function openOutput(pid: number, path: string): RecipeOutput {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const name = `pipe:[${fstatSync(file).ino}]`;
    return { source: new Socket({ fd: file, readable: true, writable: false }), name };
  } catch (error) {
    if (file !== undefined) closeSync(file);
    sendSignal(-pid, 'SIGKILL');
    throw error;
  }
}
