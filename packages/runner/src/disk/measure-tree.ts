import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** A tree with more entries than this is measured in part: what was counted is enough to be beyond any limit worth setting. */
const ENTRIES_MAX = 2_000_000;
const BLOCK_BYTES = 512; // Whatever the file system says its blocks are, stat(2) counts in these.

/**
 * What a folder takes on the disk, in bytes. Links are not followed; what goes while it looks counts as nothing. Told to stop,
 * it says what it has counted so far.
 */
export async function measureTree(root: string, signal?: AbortSignal): Promise<number> {
  let bytes = 0;
  let entries = 0;
  const open = [root];
  while (open.length > 0 && entries < ENTRIES_MAX) {
    if (signal?.aborted) break;
    const folder = open.pop()!; // It is not empty.
    for await (const entry of entriesOf(folder)) {
      entries++;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) open.push(path);
      const found = await lstat(path).catch(() => null); // It went meanwhile.
      bytes += (found?.blocks ?? 0) * BLOCK_BYTES;
    }
  }
  return bytes;
}

async function* entriesOf(folder: string) {
  const dir = await opendir(folder).catch(() => null); // It went, or recipes made it unreadable.
  if (dir !== null) yield* dir;
}
