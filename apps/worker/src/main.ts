// Starts one worker process: it takes deliveries, runs attempts, keeps their leases and takes part in the sweep.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { enableCompileCache } from 'node:module';
import pino from 'pino';
import { SettingsError } from '@crafting-table/contracts/settings';
import { VERSION } from '@crafting-table/contracts/version';
import { connectDatabase } from '@crafting-table/database/connect';
import { forgetDispatch } from '@crafting-table/database/jobs/dispatch-queries';
import { registerWorker, unregisterWorker } from '@crafting-table/database/workers';
import { clearUp } from '@crafting-table/farm/attempts/clear-up';
import { runAttempt, type LiveAttempt } from '@crafting-table/farm/attempts/run-attempt';
import type { WorkerParts } from '@crafting-table/farm/attempts/worker-parts';
import { whileAway } from '@crafting-table/farm/attempts/while-away';
import { sweep } from '@crafting-table/farm/sweep/sweep';
import { startSweepLoop } from '@crafting-table/farm/sweep/sweep-loop';
import { openDeliveries } from '@crafting-table/queues/open-deliveries';
import { queueTarget } from '@crafting-table/queues/queue-target';
import { startConsumer } from '@crafting-table/queues/start-consumer';
import { createMirrors } from '@crafting-table/runner/git/mirror';
import { createWorkspaces } from '@crafting-table/runner/git/workspaces';
import { probeContainment } from '@crafting-table/runner/process/probe-containment';
import { readConfig, type WorkerConfig } from './config.ts';
import { checkDiskFloor } from './disk-floor.ts';
import { drain } from './drain.ts';
import { startFindingsReader } from './findings-thread/read-findings.ts';
import { keepLeases } from './lease-keeper/keep-leases.ts';
import { repeat } from './repeat.ts';

enableCompileCache();
const config = readConfigOrExit();
const log = pino({ name: 'worker', level: config.logLevel }, pino.destination(2));
const stop = stopSignal();
await using stack = new AsyncDisposableStack();

const DISK_LOOK_MS = 2000;
const CLEAR_UP_MS = 60_000;

const id = randomUUID();
const containment = await probeContainment(config.containment);
const queue = queueTarget({
  databaseUrl: config.databaseUrl,
  redisUrl: config.redisUrl,
  prefix: config.queuePrefix,
});
const db = stack.use(
  connectDatabase({ url: config.databaseUrl, poolSize: config.concurrency + 4, name: 'crafting-worker' }),
);
const deliveries = stack.use(openDeliveries(queue));
for (const folder of [
  config.mirrorDir,
  config.workspaceDir,
  config.cacheDir,
  config.spoolDir,
  config.gitHome,
]) {
  await mkdir(folder, { recursive: true });
}
const git = {
  searchPath: config.gitSearchPath,
  emptyHome: config.gitHome,
  allowFileRemotes: true, // Which ones may be registered is the API's decision.
  ssh: config.ssh,
};
const mirrors = createMirrors({ dir: config.mirrorDir, settings: git });
const workspaces = stack.use(
  await createWorkspaces({ root: config.workspaceDir, instanceId: id, settings: git }),
);

await whileAway(() =>
  registerWorker(db, { id, name: config.name, version: VERSION, slots: config.concurrency, containment }),
);
stack.defer(() => unregisterWorker(db, id).catch(() => {})); // Without Postgres its row is cleared by the sweep.
const leases = stack.use(
  keepLeases({ ...config, ...config.limits, workerId: id }, (error) => {
    log.fatal({ err: error }, 'leases cannot be kept any more');
    process.exit(70); // EX_SOFTWARE. The recipes die with this process; the launcher starts another.
  }),
);
const parts: WorkerParts = {
  ...config,
  db,
  mirrors,
  workspaces,
  leases,
  findings: stack.use(startFindingsReader()),
  worker: { id, name: config.name, containment },
  onTrouble: (message, fields) => log.error(fields, message),
};

const live = new Set<LiveAttempt>();
const underway = new Set<Promise<void>>();
let blocked: string | null = null;

const consumer = startConsumer({
  target: queue,
  concurrency: config.concurrency,
  onError: (error) => log.warn({ err: error }, 'the queue is in trouble'),
  async handle(delivery) {
    if (blocked !== null || stop.aborted) return forgetDispatch(db, [delivery.job_id]); // For another worker.
    const attempt = runAttempt(parts, delivery, live).then(
      (outcome) => log.debug({ ...delivery, outcome }, 'attempt ended'),
      (error: unknown) => log.error({ err: error, ...delivery }, 'an attempt failed in the farm itself'),
    );
    underway.add(attempt);
    await attempt;
    underway.delete(attempt);
  },
});
stack.use(consumer);
stack.use(
  startSweepLoop({
    pass: (passNumber) => sweep(db, deliveries, config.sweepLimits, passNumber),
    pauseMs: config.sweepSecs * 1000,
    onReport: (report) => {
      if (report.violations) log.error(report, 'invariants are broken');
      else if (report.lost + report.overdue + report.returned > 0) log.warn(report, 'swept');
    },
    onError: (error) => log.error({ err: error }, 'a sweep failed'),
  }),
);
stack.use(repeat(DISK_LOOK_MS, lookAtDisk));
stack.use(repeat(CLEAR_UP_MS, () => clearUp(parts, config.workspaceDir)));
log.info({ id, name: config.name, containment, slots: config.concurrency, queue: queue.backend }, 'ready');

if (!stop.aborted) await once(stop, 'abort');
log.info({ running: live.size }, 'draining');
leases.show({ blocked, draining: true });
await drain({ consumer, live, underway, drainMs: config.drainSecs * 1000 });
log.info('stopping');

async function lookAtDisk(): Promise<void> {
  const found = await checkDiskFloor(config.workspaceDir, config.diskFloorBytes);
  if (found === blocked) return;
  const wasBlocked = blocked !== null;
  blocked = found;
  leases.show({ blocked, draining: stop.aborted });
  if (blocked !== null) {
    log.warn({ blocked }, 'claiming nothing');
    await consumer.pause();
  } else if (wasBlocked && !stop.aborted) {
    log.info('claiming again');
    consumer.resume();
  }
}

function readConfigOrExit(): WorkerConfig {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(78); // EX_CONFIG: starting again will not help.
  }
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => controller.abort());
  return controller.signal;
}
