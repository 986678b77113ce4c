import { statfs } from 'node:fs/promises';
import { repeat } from './repeat.ts';

const LOOK_MS = 2000;

/** Looks at the disk again and again and tells when claiming has to stop, and why, or may go on: null. */
export function watchDisk(
  folder: string,
  floorBytes: number,
  onChange: (blocked: string | null) => Promise<void>,
): AsyncDisposable {
  let wasBlocked = false;
  return repeat(LOOK_MS, async () => {
    const blocked = await checkDiskFloor(folder, floorBytes);
    if ((blocked !== null) === wasBlocked) return;
    await onChange(blocked);
    wasBlocked = blocked !== null; // Only now: a telling that failed is tried again.
  });
}

/**
 * Why nothing may be claimed, in words, or null: less free space than the floor, or than a tenth of the volume if that is
 * smaller.
 */
export async function checkDiskFloor(folder: string, floorBytes: number): Promise<string | null> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const floor = Math.min(floorBytes, (blocks * bsize) / 10);
  if (free >= floor) return null;
  return `only ${inWords(free)} are free for workspaces, the floor is ${inWords(floor)}`;
}

function inWords(bytes: number): string {
  return bytes < 1024 ** 3
    ? `${(bytes / 1024 ** 2).toFixed(1)} MiB`
    : `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}
