import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireLock } from '@crafting-table/runner/git/cross-process-lock';
import { instanceLockOf } from '@crafting-table/runner/git/workspaces';

/**
 * The folder of one worker process below that of all spools of its host, gone when it is closed. It has a lock beside it
 * like the workspaces have: these may lie on a volume that the next worker does not get, and then say nothing of the spools.
 */
export async function openSpools(root: string, instanceId: string): Promise<AsyncDisposable> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const lock = await acquireLock(instanceLockOf(root, instanceId), 'exclusive', { timeoutMs: 0 });
  if (lock === null) throw new Error('Another worker process uses the same instance id.');
  return {
    async [Symbol.asyncDispose]() {
      await rm(join(root, instanceId), { recursive: true, force: true });
      lock.release();
    },
  };
}
