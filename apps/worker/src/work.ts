import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { VERSION } from '@crafting-table/contracts/version';
import { connectDatabase } from '@crafting-table/database/connect';
import { forgetDispatch } from '@crafting-table/database/jobs/dispatch-queries';
import { migrate } from '@crafting-table/database/migrate';
import { registerWorker, unregisterWorker } from '@crafting-table/database/workers';
import { clearUp } from '@crafting-table/farm/attempts/clear-up';
import { openFileClock } from '@crafting-table/farm/attempts/file-clock';
import type { LiveAttempt } from '@crafting-table/farm/attempts/live-attempt';
import { runAttempt } from '@crafting-table/farm/attempts/run-attempt';
import { whileAway } from '@crafting-table/farm/attempts/while-away';
import type { WorkerParts } from '@crafting-table/farm/attempts/worker-parts';
import { sweep, tellOfSweep } from '@crafting-table/farm/sweep/sweep';
import { startSweepLoop } from '@crafting-table/farm/sweep/sweep-loop';
import { migrateQueue } from '@crafting-table/queues/migrate-queue';
import { openDeliveries } from '@crafting-table/queues/open-deliveries';
import { queueTarget } from '@crafting-table/queues/queue-target';
import { startConsumer } from '@crafting-table/queues/start-consumer';
import { createMirrors } from '@crafting-table/runner/git/mirror';
import { createWorkspaces } from '@crafting-table/runner/git/workspaces';
import { canNarrowView } from '@crafting-table/runner/process/narrow-view';
import { openSpawner } from '@crafting-table/runner/process/open-spawner';
import { probeContainment } from '@crafting-table/runner/process/probe-containment';
import { readConfigOrExit, type WorkerConfig } from './config.ts';
import { checkDiskFloor, watchDisk } from './disk-floor.ts';
import { drain } from './drain.ts';
import { startFindingsReader } from './findings-thread/read-findings.ts';
import { keepLeases } from './lease-keeper/keep-leases.ts';
import { repeat } from './repeat.ts';
import { showLife } from './show-life.ts';

const CLEAR_UP_MS = 60_000;
const EX_SOFTWARE = 70; // sysexits.h. The recipes die with this process; whoever started it starts another.

/** Takes deliveries and runs attempts until the process is told to stop, then drains. */
export async function work(): Promise<void> {
  const config = readConfigOrExit();
  const log = pino(
    { name: 'worker', level: config.logLevel, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination(2),
  );
  const stop = stopSignal();
  await using stack = new AsyncDisposableStack();

  const id = randomUUID();
  const spawner = stack.use(await openSpawner());
  const containment = await probeContainment(config.containment, spawner, config.recipeUser);
  const hidesFolders = await canNarrowView(containment, spawner, config.recipeUser);
  const hiddenFolders = hidesFolders ? config.ownFolders : [];
  const worker = { id, name: config.name, containment };
  const queue = queueTarget(config);
  const db = stack.use(
    connectDatabase({ url: config.databaseUrl, poolSize: config.concurrency + 4, name: 'crafting-worker' }),
  );
  const deliveries = stack.use(openDeliveries(queue));
  const workspaces = stack.use(await openWorkspaces(config, id));
  stack.defer(() => rm(join(config.spoolDir, id), { recursive: true, force: true }));
  await whileAway(() => migrate(config.databaseUrl)); // It may be up before any API.
  await whileAway(() => migrateQueue(queue));
  await whileAway(() => registerWorker(db, { ...worker, version: VERSION, slots: config.concurrency }));
  stack.defer(() => unregisterWorker(db, id).catch(() => {})); // Without Postgres the sweep clears its row.
  const leases = stack.use(
    keepLeases({ ...config, ...config.limits, workerId: id }, (error) => {
      log.fatal({ err: error }, 'leases cannot be kept any more');
      process.exit(EX_SOFTWARE);
    }),
  );
  const parts: WorkerParts = {
    ...config,
    db,
    mirrors: createMirrors({ dir: config.mirrorDir, settings: config.git }),
    workspaces,
    leases,
    findings: stack.use(startFindingsReader()),
    clock: stack.use(openFileClock(config.workspaceDir)),
    spawner,
    hiddenFolders,
    worker,
    onTrouble: (message, fields) => log.error(fields, message),
    onTidied: (message, fields) => log.info(fields, message),
  };

  const live = new Set<LiveAttempt>();
  const underway = new Set<Promise<void>>();
  let blocked: string | null = null;
  // Asked at each claim too: a recipe fills a disk faster than it is looked at again and again.
  const isDiskLow = async () => (await checkDiskFloor(config.workspaceDir, config.diskFloorBytes)) !== null;

  const consumer = stack.use(
    startConsumer({
      target: queue,
      concurrency: config.concurrency,
      onError: (error) => log.warn({ err: error }, 'the queue is in trouble'),
      async handle(delivery) {
        if (blocked !== null || stop.aborted || (await isDiskLow())) {
          return forgetDispatch(db, [delivery.job_id]); // For another worker, or for this one later.
        }
        const attempt = runAttempt(parts, delivery, live).then(
          (outcome) => log.debug({ ...delivery, outcome }, 'attempt ended'),
          (error: unknown) => log.error({ err: error, ...delivery }, 'an attempt failed in the farm itself'),
        );
        underway.add(attempt);
        await attempt;
        underway.delete(attempt);
      },
    }),
  );
  stack.use(
    watchDisk(config.workspaceDir, config.diskFloorBytes, async (found) => {
      blocked = found;
      log.warn({ blocked }, blocked === null ? 'claiming again' : 'claiming nothing');
      leases.show({ blocked, draining: stop.aborted });
      if (blocked !== null) await consumer.pause();
      else if (!stop.aborted) consumer.resume();
    }),
  );
  stack.use(
    startSweepLoop({
      pass: (passNumber) => sweep(db, deliveries, config.sweepLimits, passNumber),
      pauseMs: config.sweepSecs * 1000,
      onReport: (report) => tellOfSweep(report, log),
      onError: (error) => log.error({ err: error }, 'a sweep failed'),
    }),
  );
  if (config.aliveFile !== undefined) stack.use(showLife(config.aliveFile));
  stack.use(repeat(CLEAR_UP_MS, () => clearUp(parts, config.workspaceDir)));
  const recipes = { recipe_user: config.recipeUser?.uid ?? process.getuid?.(), hides: hiddenFolders };
  const started = { starts: spawner.means, ...recipes, slots: config.concurrency };
  log.info({ ...worker, ...started, queue: queue.backend }, 'ready');

  if (!stop.aborted) await once(stop, 'abort');
  log.info({ running: live.size }, 'draining');
  leases.show({ blocked, draining: true });
  await drain({ consumer, live, underway, drainMs: config.drainSecs * 1000 });
  log.info('stopping');
}

async function openWorkspaces(config: WorkerConfig, instanceId: string) {
  const { mirrorDir, workspaceDir, cacheDir, spoolDir, git, recipeUser } = config;
  for (const folder of [workspaceDir, git.emptyHome]) await mkdir(folder, { recursive: true });
  // A recipe of another user gets along with the paths it is told, and finds no others here.
  for (const folder of [mirrorDir, cacheDir]) await mkdir(folder, { recursive: true, mode: 0o711 });
  await mkdir(spoolDir, { recursive: true, mode: 0o700 });
  return createWorkspaces({ root: workspaceDir, instanceId, settings: git, recipeUser });
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => controller.abort());
  return controller.signal;
}
