// A file system of a few megabytes, so that a disk can be full without harm to this machine's.
import { spawnSync } from 'node:child_process';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@crafting-table/e2e/temporary-folder';
import { until } from '@crafting-table/e2e/until';

export type SmallVolume = AsyncDisposable & {
  path: string;
  /** Takes room away until so much of the volume is free, from 0 up to 1. */
  leave(share: number): Promise<void>;
  /** Gives back what `leave` took. */
  makeRoom(): Promise<void>;
};

/** A file system may be busy for a moment after its last user has gone. */
const UNMOUNT_MS = 5_000;

/** @throws where this process may not mount a tmpfs; it takes root. */
export async function mountSmallVolume(megabytes: number): Promise<SmallVolume> {
  await using made = new AsyncDisposableStack();
  const folder = made.use(await temporaryFolder('volume'));
  mount('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder.path);
  made.defer(() => unmount(folder.path));
  const ballast = join(folder.path, 'ballast');
  const makeRoom = () => rm(ballast, { force: true });
  const kept = made.move();
  return {
    path: folder.path,
    async leave(share) {
      await makeRoom();
      const { bavail, blocks, bsize } = await statfs(folder.path);
      const bytes = bavail * bsize - Math.ceil(blocks * share) * bsize;
      await writeFile(ballast, Buffer.alloc(Math.max(0, bytes)));
    },
    makeRoom,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Also when something still uses it: then it is gone for everybody else at once, and for its users when they end. */
async function unmount(path: string): Promise<void> {
  try {
    await until('the volume is not in use', () => (mount('umount', path), true), UNMOUNT_MS);
  } catch (fault) {
    mount('umount', '--lazy', path);
    throw fault;
  }
}

function mount(command: 'mount' | 'umount', ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')}: ${stderr?.trim() || error?.message} (it takes root)`);
}
