// What dead workers, deleted projects and quiet months leave behind. One pass; safe beside running workers and beside
// other passes, because everything is removed under a lock that its user would hold.
import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './cross-process-lock.ts';
import type { GitSettings } from './git-environment.ts';
import { mirrorOfLeftover, projectOfMirror, usedFileOf, useLockOf, writeLockOf } from './mirror-layout.ts';
import { type Mirrors, renewGeneration } from './mirror.ts';
import { removeTree } from './remove-tree.ts';
import { runGit } from './run-git.ts';
import { instanceLockOf, type Workspaces } from './workspaces.ts';

const DAY_MS = 86_400_000;

/** An idle workspace is kept this long for the next job of its project. */
export const WORKSPACE_IDLE_MS = DAY_MS;

/** A mirror is repacked when nobody opened it for this long. */
export const MIRROR_QUIET_MS = 7 * DAY_MS;

/** A mirror that nobody opened for this long is removed, be it of an address the project has left; a clone brings it back. */
export const MIRROR_UNUSED_MS = 60 * DAY_MS;

/** Each fetch adds a pack, and git slows down with them: a busy mirror is repacked in the first gap after this many. */
export const MIRROR_PACKS_MAX = 50;

/** Unreachable objects younger than this stay: a queued job may still name a commit that was just pushed away. */
const PRUNE_EXPIRY = '7.days.ago';

const GC_TIMEOUT_MS = 3_600_000;

/** Names of the folders that were dealt with. */
export type Garbage = { instances: string[]; mirrors: string[]; repacked: string[]; slots: number };

export type GarbageOptions = {
  mirrors: Mirrors;
  /** The folder that `createWorkspaces` got as `root`, and this process's own workspaces. */
  workspacesRoot: string;
  workspaces?: Workspaces;
  isKnownProject(projectId: string): boolean | Promise<boolean>;
  /** Called before the workspaces of a dead worker are removed, to end what may still run in them. */
  onDeadInstance?(instanceId: string): Promise<void>;
  workspaceIdleMs?: number;
  mirrorQuietMs?: number;
  mirrorUnusedMs?: number;
  packsMax?: number;
};

export async function collectGarbage(options: GarbageOptions): Promise<Garbage> {
  const { mirrors, workspacesRoot, workspaces, workspaceIdleMs = WORKSPACE_IDLE_MS } = options;
  const slots = (await workspaces?.discardIdle(workspaceIdleMs)) ?? 0;
  const instances = await removeDeadInstances(workspacesRoot, mirrors.settings, options.onDeadInstance);
  await removeLeftovers(mirrors);
  return { instances, slots, ...(await collectMirrors(options)) };
}

/** The folders below one where each instance has one and a lock beside it: workspaces, or something else of theirs. */
export async function removeDeadInstances(
  root: string,
  settings: GitSettings,
  onDeadInstance?: GarbageOptions['onDeadInstance'],
): Promise<string[]> {
  const removed: string[] = [];
  for (const file of await namesIn(root)) {
    if (!file.endsWith('.lock')) continue;
    const instanceId = file.slice(0, -'.lock'.length);
    const lock = instanceLockOf(root, instanceId);
    const remove = async () => {
      await onDeadInstance?.(instanceId);
      return removeTree(join(root, instanceId), settings.searchPath);
    };
    const outcome = await withLock(lock, 'exclusive', remove, { timeoutMs: 0 });
    if (!outcome.held || !outcome.value) continue;
    // An instance id is never used twice, so nobody can be about to lock this file again.
    for (const path of [lock, `${lock}.gate`]) await rm(path, { force: true });
    removed.push(instanceId);
  }
  return removed;
}

/** Half-made and thrown-away mirrors of workers that were killed at it. */
async function removeLeftovers({ dir, settings }: Mirrors): Promise<void> {
  for (const name of await namesIn(dir)) {
    const mirror = mirrorOfLeftover(name);
    if (mirror === null) continue;
    const remove = () => removeTree(join(dir, name), settings.searchPath);
    await withLock(writeLockOf(join(dir, mirror)), 'exclusive', remove, { timeoutMs: 0 });
  }
}

async function collectMirrors(options: GarbageOptions): Promise<Pick<Garbage, 'mirrors' | 'repacked'>> {
  const removed: string[] = [];
  const repacked: string[] = [];
  for (const name of await namesIn(options.mirrors.dir)) {
    const projectId = projectOfMirror(name);
    if (projectId === null) continue;
    const path = join(options.mirrors.dir, name);
    const isKnown = await options.isKnownProject(projectId);
    // Tried once and never waited for: a waiting writer would hold up the jobs of the mirror. Whoever has the mirror open
    // shares this lock, so no object goes between the moment a commit is resolved and its checkout.
    const outcome = await withLock(
      useLockOf(path),
      'exclusive',
      () => collectMirror(path, isKnown, options),
      {
        timeoutMs: 0,
      },
    );
    if (outcome.held && outcome.value === 'removed') removed.push(name);
    if (outcome.held && outcome.value === 'repacked') repacked.push(name);
  }
  return { mirrors: removed, repacked };
}

/** The lock files of a removed mirror stay, empty: deleting one that somebody waits for would make two locks of it. */
async function collectMirror(
  path: string,
  isKnown: boolean,
  {
    mirrors: { settings },
    mirrorQuietMs = MIRROR_QUIET_MS,
    mirrorUnusedMs = MIRROR_UNUSED_MS,
    packsMax = MIRROR_PACKS_MAX,
  }: GarbageOptions,
): Promise<'removed' | 'repacked' | 'kept'> {
  const isUnused = await isOlderThan(usedFileOf(path), mirrorUnusedMs);
  if (!isKnown || isUnused) return (await removeTree(path, settings.searchPath)) ? 'removed' : 'kept';
  const isQuiet = await isOlderThan(usedFileOf(path), mirrorQuietMs);
  const packs = (await namesIn(join(path, 'objects/pack'))).filter((name) => name.endsWith('.pack'));
  // What an earlier gc found unreachable and too young to go lies loose beside the one pack that it made.
  const isUntidy = packs.length > 1 || (await hasLooseObjects(path));
  const wantsRepack = packs.length > packsMax || (isQuiet && isUntidy);
  if (!wantsRepack) return 'kept';
  const args = ['gc', '--quiet', `--prune=${PRUNE_EXPIRY}`];
  const collected = await runGit({ mirrorPath: path, args, settings, timeoutMs: GC_TIMEOUT_MS });
  // Also after a failure: what a broken-off gc removed is not known.
  await renewGeneration(path);
  return 'failure' in collected ? 'kept' : 'repacked';
}

async function hasLooseObjects(mirrorPath: string): Promise<boolean> {
  const folders = await namesIn(join(mirrorPath, 'objects'));
  return folders.some((name) => /^[0-9a-f]{2}$/.test(name));
}

async function isOlderThan(file: string, ageMs: number): Promise<boolean> {
  const found = await stat(file).catch(() => null); // No mark: an unfinished mirror, which the next job makes anew.
  return found !== null && Date.now() - found.mtimeMs >= ageMs;
}

async function namesIn(dir: string): Promise<string[]> {
  return existsSync(dir) ? readdir(dir) : [];
}
