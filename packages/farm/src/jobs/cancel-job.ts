import type { Job } from '@crafting-table/contracts/job';
import type { Database } from '@crafting-table/database/connect';
import { cancelJob as cancelJobRow } from '@crafting-table/database/jobs/cancel-job';
import { findJob } from '@crafting-table/database/jobs/find-job';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { showJob } from './show-job.ts';

/** Cancels a queued job at once; a running one ends when its worker, or else the sweep, has ended its processes. */
export async function cancelJob(
  db: Database,
  caller: Caller,
  id: string,
  reason: string | undefined,
): Promise<{ job: Job } | Refusal> {
  const owner = visibleTo(caller);
  if (!(await findJob(db, id, owner))) return refuse('not_found');
  const answer = await cancelJobRow(db, id, reason ?? `cancelled by ${caller.name}`);
  if (answer === 'finished') return refuse('already_finished');
  const row = await findJob(db, id, owner);
  return row ? { job: showJob(row) } : refuse('not_found');
}
