import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK_BYTES = 512; // What stat(2) counts in, whatever the file system's own blocks are.

/** Bytes that everything below a folder takes on its disk, the folder itself included. */
export function diskBytes(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const paths = [folder, ...entries.map((entry) => join(entry.parentPath, entry.name))];
  return (
    paths.reduce((sum, path) => sum + (lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0), 0) *
    BLOCK_BYTES
  );
}
