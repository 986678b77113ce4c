// What a reader must know of the machine to make sense of the numbers; nothing that says whose it is.
import { statfsSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import type { Stores } from './stores.ts';

const TMPFS_MAGIC = 0x0102_1994; // statfs(2)

export function describeMachine(folder: string, { versions }: Stores): string[] {
  const cores = availableParallelism();
  const isMemory = process.platform === 'linux' && statfsSync(folder).type === TMPFS_MAGIC;
  return [
    `${cores} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${(totalmem() / 1024 ** 3).toFixed(0)} GiB of memory`,
    `${type()} ${release()}, data on ${isMemory ? 'a file system in memory' : 'a disk'}`,
    `Node ${process.versions.node}, Postgres ${versions.postgres}, ${versions.redis ? `Redis ${versions.redis}` : 'no Redis'}`,
  ];
}
