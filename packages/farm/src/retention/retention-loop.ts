import { setTimeout as delay } from 'node:timers/promises';
import type { RemovedThings, Retention } from '@crafting-table/contracts/retention';
import type { Database } from '@crafting-table/database/connect';
import { hasTakenTooLong, isDatabaseAway } from '@crafting-table/database/database-away';
import { takeRetentionRound } from '@crafting-table/database/retention-rounds';
import { isRefusal } from '../refusal.ts';
import { RETENTION_ACTOR } from './note-removed.ts';
import { runRetention } from './run-retention.ts';

/** A round looks at every job and attempt there is. */
const ROUND_SECS = 3600;
const LOOK_MS = 60_000;

/**
 * Goes through everything that is kept, each hour in one process of the farm. Not part of the sweep: removing a hundred
 * thousand jobs takes minutes, in which leases have to be judged. Disposing of it waits for one batch, or for one question.
 */
export function startRetentionLoop(options: {
  db: Database;
  keep: Retention;
  onRemoved: (removed: RemovedThings[]) => void;
  onError: (error: unknown) => void;
}): AsyncDisposable {
  const { db, keep, onRemoved, onError } = options;
  const stop = new AbortController();
  const asked = { actor: RETENTION_ACTOR, signal: stop.signal, dry_run: false };
  const loop = (async () => {
    while (!stop.signal.aborted) {
      try {
        if (await takeRetentionRound(db, ROUND_SECS)) {
          const report = await runRetention(db, keep, asked);
          if (!isRefusal(report) && report.removed.length > 0) onRemoved(report.removed);
        }
      } catch (error) {
        if (!isDatabaseAway(error) || hasTakenTooLong(error)) onError(error); // Otherwise the next round does it.
      }
      await delay(LOOK_MS, undefined, { signal: stop.signal }).catch(() => {}); // Told to stop.
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await loop;
    },
  };
}
