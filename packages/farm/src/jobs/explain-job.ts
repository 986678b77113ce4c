import type { WaitingWorker, Why } from '@crafting-table/contracts/why';
import type { Database } from '@crafting-table/database/connect';
import {
  countRunningByWorker,
  findQueuePlace,
  listJobsAhead,
  type AheadJob,
  type QueuePlace,
} from '@crafting-table/database/jobs/explain-queries';
import { findJob } from '@crafting-table/database/jobs/find-job';
import type { JobRow } from '@crafting-table/database/jobs/job-row';
import {
  listLiveWorkers,
  listRunningAttempts,
  type WorkerAttempt,
  type WorkerRow,
} from '@crafting-table/database/workers';
import type { QueueState, QueueWatch } from '@crafting-table/queues/open-deliveries';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { showBusyWith } from '../workers/show-workers.ts';
import { estimateStart, isTaking } from './estimate-start.ts';
import { findWaitCauses, type Waiting } from './find-wait-causes.ts';

/** Says why a queued job waits: what its workers are at, who comes before it, and when it will probably start. */
export async function explainJob(
  db: Database,
  watched: QueueWatch,
  caller: Caller,
  { id, workerAliveSecs }: { id: string; workerAliveSecs: number },
): Promise<Why | Refusal> {
  const owner = visibleTo(caller);
  const job = await findJob(db, id, owner);
  if (!job) return refuse('not_found');
  const place = job.status === 'queued' ? await findQueuePlace(db, id) : null;
  if (!place) return explainNotWaiting(job);
  const [workerRows, attempts, running, ahead, queue] = await Promise.all([
    listLiveWorkers(db, workerAliveSecs),
    listRunningAttempts(db, owner),
    countRunningByWorker(db),
    listJobsAhead(db, place.turn),
    watched.readState().then(stateOfQueue, () => 'away' as const),
  ]);
  const workers = workerRows.map((row) => showWaitingWorker(row, attempts, running.get(row.id) ?? 0));
  const causes = findWaitCauses({ workers, place, queue });
  return {
    job_id: id,
    status: job.status,
    summary: causes.map(({ detail }) => detail).join(' '),
    causes,
    place: showPlace(job, place),
    workers,
    estimate: estimateStart({
      workers,
      ahead: ahead.filter(isInTheWay(workers, workerRows)),
      nowMs: Date.now(),
    }),
  };
}

function stateOfQueue({ isPaused }: QueueState): Waiting['queue'] {
  return isPaused ? 'paused' : 'open';
}

function explainNotWaiting(job: JobRow): Why {
  const worker = job.worker === null ? 'a worker' : `worker ${job.worker}`;
  const summary =
    job.status === 'running'
      ? `It does not wait: ${worker} is at it.`
      : job.status === 'queued'
        ? 'It does not wait any more: it was claimed at this moment.'
        : `It does not wait: it ended as ${job.status}${job.reason ? ` (${job.reason})` : ''}.`;
  return {
    job_id: job.id,
    status: job.status,
    summary,
    causes: [],
    place: null,
    workers: [],
    estimate: null,
  };
}

function showWaitingWorker(
  row: WorkerRow,
  attempts: readonly WorkerAttempt[],
  running: number,
): WaitingWorker {
  const visible = attempts.filter((attempt) => attempt.worker_id === row.id).map(showBusyWith);
  return {
    name: row.name,
    state: stateOf(row, running),
    blocked: row.blocked,
    slots: row.slots,
    busy: running,
    busy_with: visible,
    busy_with_others: Math.max(0, running - visible.length),
  };
}

function stateOf(row: WorkerRow, running: number): WaitingWorker['state'] {
  if (row.draining || row.drain_requested_at !== null) return 'draining';
  if (row.blocked !== null) return 'blocked';
  return running >= row.slots ? 'busy' : 'idle';
}

/** What runs on a worker that takes nothing new keeps no slot from anybody. */
function isInTheWay(workers: readonly WaitingWorker[], rows: readonly WorkerRow[]) {
  const taking = new Set(rows.filter((_, index) => isTaking(workers[index]!)).map(({ id }) => id)); // One for each row.
  return ({ worker_id }: AheadJob): boolean => worker_id === null || taking.has(worker_id);
}

function showPlace(job: JobRow, place: QueuePlace): Why['place'] {
  const { ahead_in_project, ahead_in_farm, waited_secs } = place;
  return { priority: job.priority, ahead_in_project, ahead_in_farm, waited_secs };
}
