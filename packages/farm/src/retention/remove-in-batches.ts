import type { RemovedThings, RetainedKind } from '@crafting-table/contracts/retention';
import type { Connection, Database } from '@crafting-table/database/connect';
import type { Amount } from '@crafting-table/database/retention-limits';
import { addUp } from './add-up.ts';
import { noteMoreRemoved, noteRemoved } from './note-removed.ts';

/**
 * Who is told to stop has some ten seconds: so many jobs go in a part of that, with all that hangs on them. Each batch asks whether an
 * open finding needs one of them, which takes a quarter of a second where 250,000 are open.
 */
const BATCH = 500;

export type Removal<Old> = {
  kind: RetainedKind;
  old: readonly Old[];
  remove: (transaction: Connection, batch: readonly Old[]) => Promise<Amount[]>;
};

/**
 * Removes things of a kind until it is told to stop. Each batch goes in one transaction with what the audit log says of it, so that
 * the log knows all that went, however the round ends; a project has one entry, which grows with the batches. Returns what went.
 */
export async function removeInBatches<Old>(
  { db, actor, signal }: { db: Database; actor: string; signal: AbortSignal },
  { kind, old, remove }: Removal<Old>,
): Promise<RemovedThings[]> {
  const entryIds = new Map<string | null, number>();
  let removed: RemovedThings[] = [];
  for (let start = 0; start < old.length && !signal.aborted; start += BATCH) {
    removed = await db.transaction().execute(async (transaction) => {
      const gone = await remove(transaction, old.slice(start, start + BATCH));
      const sums = addUp(kind, [...removed, ...gone]);
      const touched = new Set(gone.map(({ project }) => project));
      for (const things of sums.filter(({ project }) => touched.has(project))) {
        const entryId = entryIds.get(things.project);
        if (entryId !== undefined) await noteMoreRemoved(transaction, entryId, things);
        else entryIds.set(things.project, await noteRemoved(transaction, actor, things));
      }
      return sums;
    });
  }
  return removed;
}
