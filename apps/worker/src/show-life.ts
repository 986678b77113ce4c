import { rm, writeFile } from 'node:fs/promises';
import { repeat } from './repeat.ts';

const TOUCH_MS = 10_000;

/** Touches a file again and again from the main thread, so that its age tells whether this process still gets anything done. */
export function showLife(file: string): AsyncDisposable {
  return repeat(TOUCH_MS, () => writeFile(file, `${process.pid}\n`));
}

/** Of a worker that died: a probe would take its file for the start of this one, and then find it too old. */
export async function forgetFormerLife(file: string | undefined): Promise<void> {
  if (file !== undefined) await rm(file, { force: true });
}
