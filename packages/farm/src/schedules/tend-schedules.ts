import { isDatabaseAway } from '@crafting-table/database/database-away';
import { deleteOldFirings, readClock } from '@crafting-table/database/schedules';
import type { Deliveries } from '@crafting-table/queues/open-deliveries';
import type { Triggers } from '@crafting-table/queues/open-triggers';
import { deriveMissing } from './derive-schedules.ts';
import { EARLY_MS, fireSchedules, OVERDUE_MS, type FiringParts } from './fire-schedules.ts';
import { queueTriggers } from './queue-triggers.ts';

export type ScheduleParts = FiringParts & {
  deliveries: Deliveries;
  triggers: Triggers;
  /** The zone of `nightly`, which is that of the digest. */
  nightlyTz: string;
};

const FIRINGS_KEPT_DAYS = 400;
/** In passes of a second each. */
const FORGET_EVERY = 3600;

/** One pass over what the queue alone would forget. It is part of the sweep and never throws. */
export async function tendSchedules(
  parts: ScheduleParts & { onError: (error: unknown) => void },
  passNumber: number,
): Promise<void> {
  try {
    await tend(parts, passNumber);
  } catch (error) {
    if (!isDatabaseAway(error)) parts.onError(error);
  }
}

/** Schedules to make, to fire, and to tell the queue of. */
async function tend(parts: ScheduleParts, passNumber: number): Promise<void> {
  const now = await readClock(parts.db);
  await deriveMissing(parts.db, parts.nightlyTz, now);
  await queueTriggers(parts.db, parts);
  if (passNumber % FORGET_EVERY === FORGET_EVERY - 1) await deleteOldFirings(parts.db, FIRINGS_KEPT_DAYS);
  await fireSchedules(parts, { now, before: new Date(now.getTime() - OVERDUE_MS) });
}

/** The queue says that it is time for a schedule. */
export async function fireTriggered(parts: FiringParts, id: string): Promise<number> {
  const now = await readClock(parts.db);
  return fireSchedules(parts, { now, before: new Date(now.getTime() + EARLY_MS), id });
}
