import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The time, in ms since 1970, that the file system stamps on what is written in this folder now. It lags behind the host's
 * clock by up to a tick, so only this time tells what was there before from what is written after.
 */
export function readFileClock(folder: string): number {
  const probe = join(folder, 'now');
  writeFileSync(probe, '');
  const { mtimeMs } = lstatSync(probe);
  rmSync(probe);
  return mtimeMs;
}
