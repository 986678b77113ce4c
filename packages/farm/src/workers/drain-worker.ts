import type { WorkerDetail } from '@crafting-table/contracts/worker';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { listRunningAttempts, requestDrain } from '@crafting-table/database/workers';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { showWorkerDetail } from './show-workers.ts';

/**
 * Tells a worker to take nothing new; what it is at goes on to its end. The wish holds for this worker process: one that is
 * started in its place takes work again.
 */
export function drainWorker(db: Database, caller: Caller, id: string): Promise<WorkerDetail | Refusal> {
  return setDrain(db, caller, id, { isWanted: true, action: 'worker.drain' });
}

/** Tells a drained worker to take work again. */
export function resumeWorker(db: Database, caller: Caller, id: string): Promise<WorkerDetail | Refusal> {
  return setDrain(db, caller, id, { isWanted: false, action: 'worker.resume' });
}

async function setDrain(
  db: Database,
  caller: Caller,
  id: string,
  { isWanted, action }: { isWanted: boolean; action: string },
): Promise<WorkerDetail | Refusal> {
  const row = await requestDrain(db, id, isWanted);
  if (!row) return refuse('not_found');
  await insertAudit(db, { actor: caller.name, action, subject: row.name, detail: { worker_id: id } });
  return showWorkerDetail({ ...row, alive: true }, await listRunningAttempts(db, visibleTo(caller)));
}
