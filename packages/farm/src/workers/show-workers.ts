import type { BusyWith, WorkerDetail } from '@crafting-table/contracts/worker';
import type { Database } from '@crafting-table/database/connect';
import {
  listRunningAttempts,
  listWorkers as listWorkerRows,
  type WorkerAttempt,
  type WorkerRow,
} from '@crafting-table/database/workers';
import { visibleTo, type Caller } from '../caller.ts';
import { showWorker } from '../health/check-health.ts';

/** All workers, and of what they are at that which the caller may see. */
export async function listWorkers(
  db: Database,
  caller: Caller,
  aliveSecs: number,
): Promise<{ workers: WorkerDetail[] }> {
  const [rows, attempts] = await Promise.all([
    listWorkerRows(db, aliveSecs),
    listRunningAttempts(db, visibleTo(caller)),
  ]);
  return { workers: rows.map((row) => showWorkerDetail(row, attempts)) };
}

export function showWorkerDetail(
  row: WorkerRow & { alive: boolean },
  attempts: readonly WorkerAttempt[],
): WorkerDetail {
  return {
    id: row.id,
    ...showWorker(row),
    alive: row.alive,
    drain_requested_at: row.drain_requested_at?.toISOString() ?? null,
    rss_bytes: row.rss_bytes,
    started_at: row.started_at.toISOString(),
    busy_with: attempts.filter((attempt) => attempt.worker_id === row.id).map(showBusyWith),
  };
}

export function showBusyWith(attempt: WorkerAttempt): BusyWith {
  return {
    job_id: attempt.job_id,
    attempt: attempt.attempt,
    project: attempt.project,
    subproject: attempt.subproject,
    recipe: attempt.recipe,
    since: attempt.claimed_at.toISOString(),
  };
}
