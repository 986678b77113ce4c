// One reusable place for workspaces: a folder with `tree` and those of PLACES, and the proof of what was put there.
// Outside of them lies `index`, git's index as it was after checkout: a recipe's `git status`, or its
// `git update-index --assume-unchanged`, changes only the copy in the tree's `.git`.
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeHooks } from '../report-hooks/report-hooks.ts';
import { refsStamp, writeBorrowingRepository } from './borrowing-repository.ts';
import type { UnixUser } from '../process/contain-command.ts';
import type { GitSettings } from './git-environment.ts';
import type { Failed } from './git-failure.ts';
import { giveAway } from './give-away.ts';
import type { Mirror } from './mirror.ts';
import { removeTree } from './remove-tree.ts';
import { runGit } from './run-git.ts';
import { type Manifest, passTick, recordManifest, sweepTree } from './tree-manifest.ts';

export type Slot = {
  dir: string;
  mirrorPath: string;
  /** What the slot was last filled with; null before the first time. */
  content: Content | null;
};

type Content = {
  sha: string;
  /** The mirror's refs that were copied, as `refsStamp` names them. */
  refs: string;
  manifest: Manifest;
  /** What a sweep found gone or changed since, and removed. */
  lost: Set<string>;
};

export type SlotSite = {
  settings: GitSettings;
  trash: string;
  /** Whom the recipes run as, when not as the worker. */
  recipeUser?: UnixUser | undefined;
};

/** Beyond this many entries the proof costs more than the checkout saves: such a tree is not used twice. */
export const TREE_ENTRIES_MAX = 500_000;

const GIT_DIR = 'tree/.git';
const INDEX = 'index';
/** A recipe's folders beside its tree. All are empty at first but `hooks`. */
const PLACES = ['home', 'tmp', 'reports', 'hooks'];

export function makeSlot(dir: string, mirrorPath: string): Slot {
  mkdirSync(dir);
  return { dir, mirrorPath, content: null };
}

/** Removes everything that is not exactly as it was put there. Throws when something cannot be removed. */
export async function sweepSlot(slot: Slot, site: SlotSite): Promise<void> {
  if (slot.content === null) return;
  const { manifest, lost } = slot.content;
  const trash = join(site.trash, basename(slot.dir));
  const swept = await sweepTree(slot.dir, manifest, trash);
  for (const path of swept.lost) {
    manifest.delete(path);
    lost.add(path);
  }
  if (!swept.isTrashUsed || (await removeTree(trash, site.settings.searchPath))) return;
  throw new Error('What a recipe left in its workspace cannot be removed.');
}

/**
 * Makes the slot's tree a fresh checkout of `sha`, empties its other folders. Nothing is done when the sweep proves that
 * it is one already; else one git command writes what differs. After a failure the slot must not be used again.
 */
export async function fillSlot(
  slot: Slot,
  mirror: Mirror,
  sha: string,
  { site, timeoutMs }: { site: SlotSite; timeoutMs: number },
): Promise<null | Failed> {
  await sweepSlot(slot, site);
  const refs = refsStamp(mirror);
  const isSameCommit = slot.content?.sha === sha;
  const isTreeWhole = isSameCommit && !hasLost(slot, isOfTree);
  if (isTreeWhole && slot.content?.refs === refs && !hasLost(slot, () => true)) return null;

  // Without the index nothing says which files are of the old commit only: they would stay beside the new one's.
  const isIndexLost = hasLost(slot, (path) => path === INDEX);
  if (isIndexLost) await removeTree(join(slot.dir, 'tree'), site.settings.searchPath);
  for (const folder of ['tree', ...PLACES]) mkdirSync(join(slot.dir, folder), { recursive: true });
  if (slot.content === null || hasLost(slot, isOfHooks)) writeHooks(join(slot.dir, 'hooks'));
  rewriteRepository(slot, mirror, sha);
  if (!isTreeWhole) {
    const fault = await checkOut(slot, sha, { site, timeoutMs });
    if (fault !== null) return fault;
  }
  await giveToRecipes(slot, isTreeWhole, site);
  const manifest = await takeStock(slot, isTreeWhole);
  await passTick(manifest, site.trash);
  slot.content = { sha, refs, manifest, lost: new Set() };
  return null;
}

function hasLost(slot: Slot, isMeant: (path: string) => boolean): boolean {
  return [...(slot.content?.lost ?? [])].some(isMeant);
}

function isOfTree(path: string): boolean {
  const isOfRepository = path === GIT_DIR || path.startsWith(`${GIT_DIR}/`);
  return !isOfRepository && !isOfHooks(path) && !PLACES.includes(path);
}

function isOfHooks(path: string): boolean {
  return path === 'hooks' || path.startsWith('hooks/');
}

/** Written anew as a whole: nothing in it is believed that a recipe could have changed, least of all its configuration. */
function rewriteRepository(slot: Slot, mirror: Mirror, sha: string): void {
  const gitDir = join(slot.dir, GIT_DIR);
  rmSync(gitDir, { recursive: true, force: true });
  writeBorrowingRepository(gitDir, mirror, sha);
  const index = join(slot.dir, INDEX);
  if (existsSync(index)) copyFileSync(index, join(gitDir, 'index'));
}

/** With the index of the last checkout git writes only what differs; without one it writes everything. */
async function checkOut(
  slot: Slot,
  sha: string,
  { site, timeoutMs }: { site: SlotSite; timeoutMs: number },
): Promise<null | Failed> {
  const gitDir = join(slot.dir, GIT_DIR);
  const places = ['--git-dir', gitDir, '--work-tree', join(slot.dir, 'tree')];
  // Unlike `reset --hard` it leaves no ORIG_HEAD and no reflog behind.
  const args = [...places, 'read-tree', '--reset', '-u', sha];
  const written = await runGit({ args, settings: site.settings, timeoutMs });
  if ('failure' in written) return written;
  copyFileSync(join(gitDir, 'index'), join(slot.dir, INDEX));
  return null;
}

/** What was written anew belongs to the recipes' user, who may then do with it whatever an owner may. */
async function giveToRecipes(slot: Slot, isTreeWhole: boolean, site: SlotSite): Promise<void> {
  if (site.recipeUser === undefined) return;
  const written = [isTreeWhole ? GIT_DIR : 'tree', ...PLACES].map((name) => join(slot.dir, name));
  await giveAway(written, site.recipeUser, site.settings.searchPath);
}

async function takeStock(slot: Slot, isTreeWhole: boolean): Promise<Manifest> {
  if (!isTreeWhole || slot.content === null) return recordManifest(slot.dir, '');
  const { manifest } = slot.content;
  for (const path of manifest.keys()) if (!isOfTree(path)) manifest.delete(path);
  for (const within of [GIT_DIR, ...PLACES]) {
    for (const [path, stamp] of await recordManifest(slot.dir, within)) manifest.set(path, stamp);
  }
  return manifest;
}
