import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A process that complains for weeks keeps this much of it, and as much again in the file before. */
const LOG_FILE_BYTES_MAX = 10 * 1024 ** 2;

export type LogFile = { path: string; write(line: string): void; close(): void };

/** Lines of one process, appended at once so that a crash of the launcher loses none. Full files move to `<path>.1`. */
export function openLogFile(path: string, bytesMax = LOG_FILE_BYTES_MAX): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  let file: number | undefined = openSync(path, 'a', 0o600);
  let bytes = fstatSync(file).size;
  return {
    path,
    write(line) {
      if (file === undefined) return; // A last word after the farm has stopped.
      if (bytes >= bytesMax) {
        closeSync(file);
        renameSync(path, `${path}.1`);
        file = openSync(path, 'a', 0o600);
        bytes = 0;
      }
      bytes += writeSync(file, `${line}\n`);
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
