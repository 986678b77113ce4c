import { writeFile } from 'node:fs/promises';
import { repeat } from './repeat.ts';

const TOUCH_MS = 10_000;

/** Touches a file again and again from the main thread, so that its age tells whether this process still gets anything done. */
export function showLife(file: string): AsyncDisposable {
  return repeat(TOUCH_MS, () => writeFile(file, `${process.pid}\n`));
}
