// Which slot the next attempt gets. Slots of its own mirror that were used before come first; a path is never used twice
// unless its slot was swept.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Mirror } from './mirror.ts';
import { removeTree } from './remove-tree.ts';
import { makeSlot, type Slot, type SlotSite, sweepSlot, TREE_ENTRIES_MAX } from './slot.ts';
import { canProve } from './tree-manifest.ts';

export type SlotPool = {
  /** A slot for this commit, in use from now on; free ones with the same commit first, then others of the mirror. */
  take(mirror: Mirror, sha: string): Promise<Slot>;
  /** Sweeps the slot and makes it free; removes it when that cannot be done. */
  giveBack(slot: Slot): Promise<void>;
  /** Removes the slot. Its path is never used again. */
  discard(slot: Slot): Promise<void>;
  /** Removes slots free for `idleMs`, and once more what could not be removed before. Resolves with the number of slots. */
  discardIdle(idleMs: number): Promise<number>;
  /** Resolves when nothing is being swept. */
  settle(): Promise<void>;
};

/** Slots kept, in use or not. One more is made all the same when all are in use. */
const SLOTS_MAX = 64;

type State = { is: 'busy' } | { is: 'sweeping'; done: Promise<void> } | { is: 'free'; since: number };

export function createSlotPool({
  dir,
  site,
  now,
}: {
  dir: string;
  site: SlotSite;
  now: () => number;
}): SlotPool {
  const slots = new Map<Slot, State>();
  const isReuseProvable = canProve(dir);
  let made = 0;

  const add = (mirror: Mirror): Slot => {
    const slot = makeSlot(join(dir, `slot-${++made}`), mirror.path);
    slots.set(slot, { is: 'busy' });
    return slot;
  };

  const discard = async (slot: Slot) => {
    slots.delete(slot);
    await removeTree(slot.dir, site.settings.searchPath); // What stays is tried again by discardIdle.
  };

  const sweep = async (slot: Slot) => {
    const entries = slot.content?.manifest.size ?? 0;
    if (!isReuseProvable || entries > TREE_ENTRIES_MAX) return discard(slot);
    try {
      await sweepSlot(slot, site);
      slots.set(slot, { is: 'free', since: now() });
    } catch {
      // Files that may not be removed, or a full disk: the path is given up, and the attempt's result stands as it is.
      await discard(slot);
    }
  };

  const freeOnes = () =>
    [...slots].flatMap(([slot, state]) => (state.is === 'free' ? [{ slot, since: state.since }] : []));

  /** Room for one more, at the cost of the slot that was free for longest. */
  const makeRoom = async () => {
    const free = freeOnes().sort((a, b) => a.since - b.since);
    if (slots.size >= SLOTS_MAX && free[0] !== undefined) await discard(free[0].slot);
  };

  const removeLeftovers = async () => {
    // Asked anew for each name: a slot that is made while the folder is read is in the list and no leftover.
    const isInUse = (name: string) => [...slots.keys()].some((slot) => basename(slot.dir) === name);
    for (const folder of [dir, site.trash]) {
      for (const name of existsSync(folder) ? await readdir(folder) : []) {
        const isLeft = name.startsWith('slot-') && !isInUse(name);
        if (isLeft) await removeTree(join(folder, name), site.settings.searchPath);
      }
    }
  };

  return {
    async take(mirror, sha) {
      for (;;) {
        const free = freeOnes().filter(({ slot }) => slot.mirrorPath === mirror.path);
        const best = free.find(({ slot }) => slot.content?.sha === sha) ?? free[0];
        if (best !== undefined) {
          slots.set(best.slot, { is: 'busy' });
          return best.slot;
        }
        // Waiting for a sweep costs milliseconds, a checkout into a new folder much more.
        const sweeping = [...slots].find(
          ([slot, { is }]) => is === 'sweeping' && slot.mirrorPath === mirror.path,
        );
        if (sweeping?.[1].is !== 'sweeping') break;
        await sweeping[1].done;
      }
      await makeRoom();
      return add(mirror);
    },
    giveBack(slot) {
      const done = sweep(slot);
      if (slots.get(slot)?.is === 'busy') slots.set(slot, { is: 'sweeping', done });
      return done;
    },
    discard,
    async discardIdle(idleMs) {
      const idle = freeOnes().filter(({ since }) => now() - since >= idleMs);
      for (const { slot } of idle) slots.delete(slot); // All at once, so that none is taken while another is removed.
      for (const { slot } of idle) await discard(slot);
      await removeLeftovers();
      return idle.length;
    },
    async settle() {
      await Promise.all([...slots.values()].map((state) => (state.is === 'sweeping' ? state.done : null)));
    },
  };
}
