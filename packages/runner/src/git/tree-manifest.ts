// Proof that a folder is as it was left: what lstat said of every entry. The kernel sets ctime at each change of content,
// mode, owner or extended attributes, and nobody can set it back, so an equal ctime proves an equal file without reading
// it. Two rules come with that. Timestamps tick only every few milliseconds, so a tree is handed out only once the clock
// has passed its newest ctime (`passTick`): a write within the same tick would not show. And writes through a shared memory
// map never show on tmpfs, so trees there prove nothing (see `canProve`).
import {
  lstatSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as yieldToOthers, setTimeout as sleep } from 'node:timers/promises';

/** Path below the root → stamp. Paths are latin1 text: one character for each byte, because names need not be UTF-8. */
export type Manifest = Map<string, Stamp>;

/** `ctimeMs` of a folder is 0: it changes with each entry that comes or goes, and the entries are compared themselves. */
type Stamp = { mode: number; uid: number; gid: number; ino: number; size: number; ctimeMs: number };

/** The walk is synchronous, 2 µs an entry against 30 µs otherwise, in slices that let the event loop live. */
const SLICE_MS = 10;

/** Stamps of everything below `root/within`, that entry included. */
export async function recordManifest(root: string, within: string): Promise<Manifest> {
  const manifest: Manifest = new Map();
  const top = stampOf(lstatSync(bytePath(root, within)));
  manifest.set(within, top);
  await walk(root, within, (path, stats) => {
    manifest.set(path, stampOf(stats));
    return stats.isDirectory();
  });
  return manifest;
}

/** `lost`: the paths the manifest has and the folder now has not. `isTrashUsed`: there is something to remove in `trash`. */
export type Swept = { lost: Set<string>; isTrashUsed: boolean };

/**
 * Removes everything below `root` that is not as the manifest says. Folders that go are moved under numbers into `trash`,
 * a folder of the same file system that is made when the first of them does: nearly always there is none.
 */
export async function sweepTree(root: string, manifest: Manifest, trash: string): Promise<Swept> {
  const lost = new Set(manifest.keys());
  lost.delete('');
  let discarded = 0;
  await walk(root, '', (path, stats) => {
    const stamp = manifest.get(path);
    if (stamp !== undefined && isSame(stamp, stats, () => bytePath(root, path))) {
      lost.delete(path);
      return stats.isDirectory();
    }
    if (!stats.isDirectory()) {
      unlinkSync(bytePath(root, path));
      return false;
    }
    if (discarded === 0) mkdirSync(trash, { recursive: true });
    moveFolder(bytePath(root, path), join(trash, String(discarded++)));
    return false;
  });
  return { lost, isTrashUsed: discarded > 0 };
}

/** Resolves once any further change below `folder`'s file system would get a later ctime than all in the manifest. */
export async function passTick(manifest: Manifest, folder: string): Promise<void> {
  let newest = 0;
  for (const { ctimeMs } of manifest.values()) newest = Math.max(newest, ctimeMs);
  const probe = join(folder, 'tick');
  // The file system is asked itself: its tick, 4 ms or 10 ms or 1 s, need not be known.
  for (;;) {
    writeFileSync(probe, '');
    const { ctimeMs } = lstatSync(probe);
    rmSync(probe);
    if (ctimeMs > newest) return;
    await sleep(1);
  }
}

/** Whether ctime shows every write there. tmpfs and ramfs do not see those through a writable shared memory map. */
export function canProve(folder: string): boolean {
  const TMPFS = 0x01021994;
  const RAMFS = 0x858458f6;
  const { type } = statfsSync(folder);
  return type !== TMPFS && type !== RAMFS;
}

/** Calls `visit` for each entry below `root/within`; true from it means to go in. */
async function walk(
  root: string,
  within: string,
  visit: (path: string, stats: Stats) => boolean,
): Promise<void> {
  const folders = [within];
  let sliceEnd = performance.now() + SLICE_MS;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of readdirSync(bytePath(root, folder), { encoding: 'latin1' })) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (visit(path, lstatSync(bytePath(root, path)))) folders.push(path);
      if (performance.now() < sliceEnd) continue;
      await yieldToOthers();
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
}

function stampOf(stats: Stats): Stamp {
  const { mode, uid, gid, ino, size, ctimeMs } = stats;
  return stats.isDirectory()
    ? { mode, uid, gid, ino, size: 0, ctimeMs: 0 }
    : { mode, uid, gid, ino, size, ctimeMs };
}

/** A folder whose permissions alone were changed gets them back here, because its entries must be reached to be judged. */
function isSame(stamp: Stamp, stats: Stats, pathOf: () => string | Buffer): boolean {
  if (stamp.ino !== stats.ino || stamp.uid !== stats.uid || stamp.gid !== stats.gid) return false;
  if (stats.isDirectory()) {
    if (stamp.mode !== stats.mode) chmodSync(pathOf(), stamp.mode & 0o7777);
    return true;
  }
  return stamp.mode === stats.mode && stamp.size === stats.size && stamp.ctimeMs === stats.ctimeMs;
}

function moveFolder(path: string | Buffer, to: string): void {
  try {
    renameSync(path, to);
  } catch {
    // Moving a folder writes its entry `..`, which its own permissions may forbid; a second refusal is for the caller.
    chmodSync(path, 0o700);
    renameSync(path, to);
  }
}

/** As text where the name is plain ASCII, which is faster, else byte by byte. */
function bytePath(root: string, path: string): string | Buffer {
  if (path === '') return root;
  if (!/[^\u0000-\u007f]/.test(path)) return `${root}/${path}`;
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}
