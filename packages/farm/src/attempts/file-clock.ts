import { closeSync, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export type FileClock = Disposable & {
  /**
   * The time, in ms since 1970, that the file system stamps on what is written now. It lags behind the host's clock by up
   * to a tick, so only this time tells what was there before from what is written after.
   */
  nowMs(): number;
};

/** Asks the file system of a folder, through a file that has no name there and goes with this process. */
export function openFileClock(folder: string): FileClock {
  const path = join(folder, `clock-${process.pid}`);
  const file = openSync(path, 'w');
  rmSync(path);
  return {
    nowMs() {
      writeSync(file, 'x', 0);
      return fstatSync(file).mtimeMs;
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
