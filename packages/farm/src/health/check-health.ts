import type { Health, WorkerView } from '@crafting-table/contracts/health';
import type { Database } from '@crafting-table/database/connect';
import { readQueueStats } from '@crafting-table/database/stats';
import { readSweepState } from '@crafting-table/database/sweep';
import { listLiveWorkers, type WorkerRow } from '@crafting-table/database/workers';
import type { QueueWatch } from '@crafting-table/queues/open-deliveries';

/** A sweep that has not been seen for this long is an alarm: nobody would notice a lost worker. */
const SWEEP_SILENCE_SECS = 10;

/** Looks at everything the farm needs. Throws what the database threw when that is away. */
export async function checkHealth(
  db: Database,
  watched: QueueWatch,
  options: { version: string; workerAliveSecs: number; isAdmin: boolean },
): Promise<Health> {
  const [stats, sweep, workers, queue] = await Promise.all([
    readQueueStats(db),
    readSweepState(db),
    listLiveWorkers(db, options.workerAliveSecs),
    watched.readState().catch(() => null), // Null says that the queue is away, and a warning says it in words.
  ]);
  const warnings = [
    ...(workers.length === 0 ? ['No worker is alive: jobs stay queued until one starts.'] : []),
    ...workers.flatMap((worker) =>
      worker.blocked ? [`Worker ${worker.name} claims nothing: ${worker.blocked}.`] : [],
    ),
    ...(queue === null ? ['The queue is away: queued jobs wait in Postgres until it is back.'] : []),
    ...(queue?.isPaused ? ['The queue was paused: nothing is handed out until it is resumed.'] : []),
    ...(sweep.age_secs === null || sweep.age_secs > SWEEP_SILENCE_SECS
      ? ['The sweep is silent: lost workers and missed deadlines go unnoticed.']
      : []),
    ...(sweep.invariant_violations > 0 ? [`${sweep.invariant_violations} rows break an invariant.`] : []),
    ...sweep.broken_rules.map(({ rule, violations }) => `Must never be: ${rule} (${violations}).`),
  ];
  return {
    status: warnings.length === 0 ? 'ok' : 'degraded',
    warnings,
    versions: { crafting_table: options.version, node: process.versions.node, postgres: stats.postgres },
    backends: {
      database: 'postgres',
      queue: watched.backend,
      queue_reachable: queue !== null,
    },
    workers: workers.map(showWorker),
    queue: {
      queued: stats.queued,
      running: stats.running,
      oldest_queued_secs: stats.oldest_queued_secs,
      deliveries_waiting: queue?.waiting ?? null,
    },
    sweep: {
      last_swept_at: sweep.swept_at?.toISOString() ?? null,
      age_secs: sweep.age_secs,
      invariant_violations: sweep.invariant_violations,
      ...(options.isAdmin && { broken_rules: sweep.broken_rules }),
    },
  };
}

export function showWorker(row: WorkerRow): WorkerView {
  return {
    name: row.name,
    version: row.version,
    slots: row.slots,
    busy: row.busy,
    containment: row.containment,
    draining: row.draining,
    blocked: row.blocked,
    seen_at: row.seen_at.toISOString(),
  };
}
