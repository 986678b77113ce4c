import type { Database } from '@crafting-table/database/connect';
import {
  findTriggersToAdd,
  findTriggersToRemove,
  forgetTriggers,
  markTriggers,
} from '@crafting-table/database/schedules';
import { QueueAway, type Deliveries } from '@crafting-table/queues/open-deliveries';
import type { Triggers } from '@crafting-table/queues/open-triggers';

/** Bounds one pass; ten thousand schedules are back in a minute after the queue lost its memory. */
const TRIGGERS_PER_PASS = 200;

/** Makes the queue's schedulers what the rows say. Whoever does it twice changes nothing. */
export async function queueTriggers(
  db: Database,
  { deliveries, triggers }: { deliveries: Deliveries; triggers: Triggers },
): Promise<void> {
  try {
    const incarnation = await deliveries.incarnation();
    const stale = await findTriggersToRemove(db, TRIGGERS_PER_PASS);
    if (stale.length > 0) {
      await triggers.remove(stale);
      await forgetTriggers(db, stale);
    }
    const missing = await findTriggersToAdd(db, incarnation, TRIGGERS_PER_PASS);
    if (missing.length > 0) {
      await triggers.upsert(missing);
      await markTriggers(
        db,
        missing.map(({ id }) => id),
        incarnation,
      );
    }
  } catch (error) {
    if (!(error instanceof QueueAway)) throw error; // Until it is back, the sweep fires what is due.
  }
}
