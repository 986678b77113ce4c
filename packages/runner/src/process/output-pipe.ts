import { execa, execaSync } from 'execa';
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

/** A pipe whose file is gone already: both ends are open, closed in children, and nothing is left when the worker dies. */
type OpenPipe = { readEnd: number; writeEnd: number; name: string };

/** Pipes made ahead, because starting mkfifo takes as long as starting a small recipe. */
const SPARES = 4;
const spares: OpenPipe[] = [];
let isRefilling = false;

/**
 * One real pipe for stdout and stderr, so that their order is the one a terminal would show. What Node calls a pipe is a
 * socket, and a recipe that writes to /dev/stderr or /dev/stdout cannot open a socket again; hence a FIFO, whose name is
 * gone before the recipe starts.
 */
export function openOutputPipe(): OutputPipe {
  const { readEnd, writeEnd, name } = spares.pop() ?? makePipes(1)[0]!;
  void refill();
  const source = new Socket({ fd: readEnd, readable: true, writable: false });
  return { source, name, writeEnd, closeWriteEnd: () => closeSync(writeEnd) };
}

async function refill(): Promise<void> {
  if (isRefilling || spares.length >= SPARES) return;
  isRefilling = true;
  const folder = mkdtempSync(FOLDER);
  try {
    const paths = pathsIn(folder, SPARES);
    await execa(findProgram('mkfifo'), mkfifoArguments(paths), QUIETLY);
    spares.push(...paths.map(openBothEnds));
  } catch {
    // The next recipe makes its pipe itself and tells what is wrong.
  } finally {
    rmSync(folder, { recursive: true });
    isRefilling = false;
  }
}

function makePipes(count: number): OpenPipe[] {
  const folder = mkdtempSync(FOLDER);
  try {
    const paths = pathsIn(folder, count);
    execaSync(findProgram('mkfifo'), mkfifoArguments(paths), QUIETLY);
    return paths.map(openBothEnds);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const FOLDER = join(tmpdir(), 'crafting-pipe-');
const QUIETLY = { stdio: 'ignore', extendEnv: false } as const;

function pathsIn(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => join(folder, `output-${index}`));
}

/** Any user may open a pipe again through /dev/stderr; by its name nobody reaches it, the folder is the worker's alone. */
function mkfifoArguments(paths: string[]): string[] {
  return ['-m', '666', ...paths];
}

function openBothEnds(path: string): OpenPipe {
  // The reading end first and without blocking: opening the writing end would wait for a reader.
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeEnd = openSync(path, constants.O_WRONLY);
  return { readEnd, writeEnd, name: `${path} (deleted)` };
}
