// What `postmaster.pid` in a cluster says, and whether the process it names is really the server of this cluster.
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './process-life.ts';

export type Postmaster = { pid: number; port: number; isReady: boolean };

/** A server that is starting or stopping gets this long to make up its mind. Recovery after a power loss takes time. */
const SETTLE_MS = 60_000;
const POLL_MS = 10;

/**
 * The server that runs on this cluster, once it is ready, or undefined when none does. A pid file that a power loss or
 * SIGKILL left behind is no obstacle: Postgres removes it itself, unless the kernel has given the number to another
 * process, and then it is removed here.
 */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const giveUpAt = Date.now() + SETTLE_MS;
  for (;;) {
    const postmaster = await readPostmasterPid(cluster);
    if (!postmaster || !isAlive(postmaster.pid)) return undefined;
    if (!(await isServerOf(cluster, postmaster.pid))) {
      await rm(join(cluster, 'postmaster.pid'), { force: true });
      return undefined;
    }
    if (postmaster.isReady) return postmaster;
    if (Date.now() > giveUpAt) {
      throw new Error(
        `Postgres (pid ${postmaster.pid}) runs on ${cluster} but has not been ready for ${SETTLE_MS} ms.`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** The lines of the file are listed in Postgres' `src/include/utils/pidfile.h`. */
async function readPostmasterPid(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port, isReady: lines[7]?.trim() === 'ready' };
}

/** Postgres works in its cluster's folder, which tells it from any process that got its number later. */
async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const [folder, workingFolder] = await Promise.all([
    stat(cluster),
    stat(`/proc/${pid}/cwd`).catch(() => undefined),
  ]);
  return folder.ino === workingFolder?.ino && folder.dev === workingFolder.dev;
}
