import { execaSync } from 'execa';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';

export type OutputPipe = {
  readonly source: Socket;
  /** What /proc calls the pipe in the list of a process's open files. */
  readonly name: string;
  /** A file descriptor for the recipe's stdout and stderr alike. */
  readonly writeEnd: number;
  /** Gives up the worker's own copy of the write end; without this the pipe never ends. */
  closeWriteEnd(): void;
};

/**
 * One real pipe for stdout and stderr, so that their order is the one a terminal would show. What Node calls a pipe is a
 * socket, and a recipe that writes to /dev/stderr or /dev/stdout cannot open a socket again; hence a FIFO, whose name is
 * gone before the recipe starts.
 */
export function openOutputPipe(): OutputPipe {
  const folder = mkdtempSync(join(tmpdir(), 'crafting-pipe-'));
  try {
    const path = join(folder, 'output');
    // Any user may open it again through /dev/stderr; by its name nobody reaches it, the folder is the worker's alone.
    execaSync(findProgram('mkfifo'), ['-m', '666', path], { stdio: 'ignore', extendEnv: false });
    // The reading end first and without blocking: opening the writing end would wait for a reader.
    const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = openSync(path, constants.O_WRONLY);
    const source = new Socket({ fd: readEnd, readable: true, writable: false });
    return { source, name: `${path} (deleted)`, writeEnd, closeWriteEnd: () => closeSync(writeEnd) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
