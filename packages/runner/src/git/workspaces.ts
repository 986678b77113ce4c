// The workspaces of one worker process: slots that are used again for the same mirror once they are proved clean.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { UnixUser } from '../process/contain-command.ts';
import { acquireLock } from './cross-process-lock.ts';
import type { GitSettings } from './git-environment.ts';
import type { Failed } from './git-failure.ts';
import { type Mirror, readGeneration, remakeMirror } from './mirror.ts';
import { removeTree } from './remove-tree.ts';
import { resolveCommit } from './resolve-commit.ts';
import { createSlotPool } from './slot-pool.ts';
import { fillSlot, type Slot, type SlotSite } from './slot.ts';

export type Workspace = {
  attemptId: string;
  root: string;
  /** The checkout: a detached HEAD at `sha`, files as git writes them. LFS files are pointers, submodules empty. */
  tree: string;
  home: string;
  tmp: string;
  /** Where tools write reports that nobody asked them for; empty. */
  reports: string;
  /** What has them do so; see `reportHooks`. */
  hooks: string;
  sha: string;
  /** Where the checkout's repository finds objects of the mirror; a recipe need only read there. */
  borrowed: string;
  /** Whether a tree left by an earlier attempt was used again. */
  isWarm: boolean;
};

export type Workspaces = AsyncDisposable & {
  /** `timeoutMs` bounds each git command. The mirror must stay open until the workspace is released. */
  acquire(wish: {
    mirror: Mirror;
    sha: string;
    attemptId: string;
    timeoutMs: number;
  }): Promise<{ workspace: Workspace } | Failed>;
  /**
   * Gives a workspace back; resolves once it is swept, which nobody need wait for. `treeIsEmpty: false`, when processes
   * of the attempt may still live, removes it, and its path is never used again.
   */
  release(workspace: Workspace, end: { treeIsEmpty: boolean }): Promise<void>;
  /** Removes slots that nobody used for `idleMs`, and tries again what could not be removed before. Resolves with the number of slots. */
  discardIdle(idleMs: number): Promise<number>;
};

/** Held for the life of a worker process: whoever gets it has proof that the instance is dead. */
export const instanceLockOf = (root: string, instanceId: string) => join(root, `${instanceId}.lock`);

/**
 * `instanceId` must be new with every start of a process: its folder below `root` is this instance's alone. With a
 * `recipeUser` workspaces belong to that user, which takes a worker that may give files away.
 */
export async function createWorkspaces({
  root,
  instanceId,
  settings,
  recipeUser,
  now = Date.now,
}: {
  root: string;
  instanceId: string;
  settings: GitSettings;
  recipeUser?: UnixUser | undefined;
  now?: () => number;
}): Promise<Workspaces> {
  mkdirSync(root, { recursive: true });
  const lock = await acquireLock(instanceLockOf(root, instanceId), 'exclusive', { timeoutMs: 0 });
  if (lock === null) throw new Error('Another worker process uses the same instance id.');
  const dir = join(root, instanceId);
  const site: SlotSite = { settings, recipeUser, trash: join(dir, 'trash') };
  mkdirSync(site.trash, { recursive: true });
  const pool = createSlotPool({ dir, site, now });
  const slotOf = new Map<Workspace, Slot>();

  return {
    async acquire({ mirror, sha, attemptId, timeoutMs }) {
      const slot = await pool.take(mirror, sha);
      const isWarm = slot.content !== null;
      try {
        const fault = await fillOrRepair(slot, mirror, sha, { site, timeoutMs });
        if (fault !== null) {
          await pool.discard(slot);
          return fault;
        }
      } catch (error) {
        await pool.discard(slot);
        throw new Error('The workspace cannot be prepared.', { cause: error });
      }
      const borrowed = join(mirror.path, 'objects');
      const workspace = { attemptId, sha, borrowed, isWarm, root: slot.dir, ...placesOf(slot) };
      slotOf.set(workspace, slot);
      return { workspace };
    },
    async release(workspace, { treeIsEmpty }) {
      const slot = slotOf.get(workspace);
      if (slot === undefined) return; // Released before.
      slotOf.delete(workspace);
      await (treeIsEmpty ? pool.giveBack(slot) : pool.discard(slot));
    },
    discardIdle: (idleMs) => pool.discardIdle(idleMs),
    async [Symbol.asyncDispose]() {
      await pool.settle();
      await removeTree(dir, settings.searchPath);
      lock.release();
    },
  };
}

function placesOf({ dir }: Slot): Pick<Workspace, 'tree' | 'home' | 'tmp' | 'reports' | 'hooks'> {
  const place = (name: string) => join(dir, name);
  return {
    tree: place('tree'),
    home: place('home'),
    tmp: place('tmp'),
    reports: place('reports'),
    hooks: place('hooks'),
  };
}

/** A checkout is what reads every object of a commit, so it is where damage to the mirror shows. */
async function fillOrRepair(
  slot: Slot,
  mirror: Mirror,
  sha: string,
  options: { site: SlotSite; timeoutMs: number },
): Promise<null | Failed> {
  const { timeoutMs } = options;
  const generation = readGeneration(mirror.path);
  const fault = await fillSlot(slot, mirror, sha, options);
  if (fault?.failure.kind !== 'corrupt') return fault;
  const remade = await remakeMirror(mirror, generation, timeoutMs);
  if (remade !== null) return remade;
  const resolved = await resolveCommit(mirror, { sha }, { timeoutMs });
  return 'failure' in resolved ? resolved : fillSlot(slot, mirror, sha, options);
}
