import type { Job } from '@crafting-table/contracts/job';
import type { Database } from '@crafting-table/database/connect';
import { findTurns } from '@crafting-table/database/jobs/dispatch-queries';
import { findJob } from '@crafting-table/database/jobs/find-job';
import { retryJob as retryJobRow } from '@crafting-table/database/jobs/retry-job';
import { visibleTo, type Caller } from '../caller.ts';
import type { Deliveries } from '@crafting-table/queues/open-deliveries';
import { refuse, type Refusal } from '../refusal.ts';
import { deliver } from './dispatch-jobs.ts';
import { showJob } from './show-job.ts';

/** Queues another attempt of a finished job on the same recipe snapshot and commit. */
export async function retryJob(
  db: Database,
  deliveries: Deliveries,
  caller: Caller,
  id: string,
): Promise<{ job: Job } | Refusal> {
  const owner = visibleTo(caller);
  if (!(await findJob(db, id, owner))) return refuse('not_found');
  if (!(await retryJobRow(db, id))) return refuse('not_finished');
  const due = await findTurns(db, [id]);
  await deliver(db, deliveries, due).catch(() => {}); // The sweep delivers what the queue did not take.
  const row = await findJob(db, id, owner);
  return row ? { job: showJob(row) } : refuse('not_found');
}
