import type { Database } from '@crafting-table/database/connect';
import {
  countQueued,
  findUndelivered,
  forgetDeliveries,
  markDispatched,
  type Due,
} from '@crafting-table/database/jobs/dispatch-queries';
import { noteQueueIncarnation } from '@crafting-table/database/sweep';
import { QueueAway, type Deliveries } from '@crafting-table/queues/open-deliveries';

/** Bounds one pass: about 50 ms of work for the queue. */
const DELIVERIES_PER_PASS = 500;

/**
 * Delivers again what is queued in Postgres and may be missing in the queue. When the queue lost its memory that is
 * everything; otherwise it is what was never delivered and what has waited suspiciously long. Adding a delivery that nobody
 * has taken yet changes nothing. Returns how many were sent.
 */
export async function redeliver(
  db: Database,
  deliveries: Deliveries,
  redispatchSecs: number,
): Promise<number> {
  try {
    if (await noteQueueIncarnation(db, await deliveries.incarnation())) await forgetDeliveries(db);
    const due = await findUndelivered(db, {
      deliveredBeforeSecs: redispatchSecs,
      limit: DELIVERIES_PER_PASS,
    });
    const missing = (await hasAllDeliveries(db, deliveries, due)) ? due.filter((job) => !job.isLate) : due;
    if (missing.length > 0) await deliverAgain(db, deliveries, missing);
    return missing.length;
  } catch (error) {
    if (error instanceof QueueAway) return 0; // Nothing is lost: it is all still queued in Postgres.
    throw error;
  }
}

async function deliverAgain(db: Database, deliveries: Deliveries, jobs: Due[]): Promise<void> {
  await deliveries.addAgain(jobs.map(({ jobId, attempt, turn }) => ({ job_id: jobId, attempt, turn })));
  await markDispatched(
    db,
    jobs.map(({ jobId }) => jobId),
  );
}

/** A long queue is no loss: while as many deliveries wait as jobs are queued, the late ones are merely waiting too. */
async function hasAllDeliveries(db: Database, deliveries: Deliveries, due: Due[]): Promise<boolean> {
  if (!due.some((job) => job.isLate)) return false;
  return (await deliveries.countWaiting()) >= (await countQueued(db));
}
