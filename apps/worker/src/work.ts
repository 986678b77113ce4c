import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import pino from 'pino';
import { VERSION } from '@crafting-table/contracts/version';
import { connectDatabase } from '@crafting-table/database/connect';
import { forgetDispatch } from '@crafting-table/database/jobs/dispatch-queries';
import { migrate } from '@crafting-table/database/migrate';
import { registerWorker, unregisterWorker } from '@crafting-table/database/workers';
import { clearUp } from '@crafting-table/farm/attempts/clear-up';
import { openFileClock } from '@crafting-table/farm/attempts/file-clock';
import type { LiveAttempt } from '@crafting-table/farm/attempts/live-attempt';
import { openSpools } from '@crafting-table/farm/attempts/open-spools';
import { runAttempt } from '@crafting-table/farm/attempts/run-attempt';
import { whileAway } from '@crafting-table/farm/attempts/while-away';
import type { WorkerParts } from '@crafting-table/farm/attempts/worker-parts';
import { tidyFolders } from '@crafting-table/farm/retention/tidy-folders';
import { readOrExit } from '@crafting-table/farm/read-or-exit';
import { showError } from '@crafting-table/farm/show-error';
import { tellOfDeath } from '@crafting-table/farm/tell-of-death';
import { createDispatcher } from '@crafting-table/farm/jobs/dispatch-jobs';
import { nextTrigger } from '@crafting-table/farm/schedules/next-trigger';
import { fireTriggered, tendSchedules } from '@crafting-table/farm/schedules/tend-schedules';
import { sweep, tellOfSweep } from '@crafting-table/farm/sweep/sweep';
import { startSweepLoop } from '@crafting-table/farm/sweep/sweep-loop';
import { migrateQueue } from '@crafting-table/queues/migrate-queue';
import { openDeliveries } from '@crafting-table/queues/open-deliveries';
import { openTriggers } from '@crafting-table/queues/open-triggers';
import { queueTarget } from '@crafting-table/queues/queue-target';
import { startConsumer, startTriggerConsumer } from '@crafting-table/queues/start-consumer';
import { createMirrors } from '@crafting-table/runner/git/mirror';
import { createWorkspaces } from '@crafting-table/runner/git/workspaces';
import { canNarrowView } from '@crafting-table/runner/process/narrow-view';
import { openSpawner } from '@crafting-table/runner/process/open-spawner';
import { probeContainment } from '@crafting-table/runner/process/probe-containment';
import { readConfig, type WorkerConfig } from './config.ts';
import { checkDiskFloor, watchDisk } from './disk-floor.ts';
import { drain } from './drain.ts';
import { startFindingsReader } from './findings-thread/read-findings.ts';
import { keepLeases } from './lease-keeper/keep-leases.ts';
import { repeat } from './repeat.ts';
import { forgetFormerLife, showLife } from './show-life.ts';
import { DIGEST_TRIGGER, startDigests } from './start-digests.ts';

const CLEAR_UP_MS = 60_000;
/** It looks at every file of every cache. */
const TIDY_FOLDERS_MS = 3_600_000;
const EX_SOFTWARE = 70; // sysexits.h. The recipes die with this process; whoever started it starts another.

/** Takes deliveries and runs attempts until the process is told to stop, then drains. */
export async function work(): Promise<void> {
  const config = readOrExit(readConfig);
  const log = pino(
    {
      name: 'worker',
      level: config.logLevel,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: showError },
    },
    pino.destination(2),
  );
  tellOfDeath(log);
  const stop = stopSignal();
  await forgetFormerLife(config.aliveFile);
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
  const triggers = stack.use(openTriggers(queue, nextTrigger));
  const dispatcher = stack.use(
    createDispatcher(db, deliveries, (error) =>
      log.warn({ err: error }, 'a delivery failed; the sweep sends it again'),
    ),
  );
  const workspaces = stack.use(await openWorkspaces(config, id));
  stack.use(await openSpools(config.spoolDir, id));
  const register = async () => {
    await migrate(config.databaseUrl); // It may be up before any API.
    await migrateQueue(queue);
    await registerWorker(db, { ...worker, version: VERSION, slots: config.concurrency });
  };
  const onAway = (error: unknown) => log.warn({ err: error }, 'Postgres is away; trying again');
  if ((await whileAway(register, { stop, onAway })) === 'stopped') return log.info('stopping');
  stack.defer(() => unregisterWorker(db, id).catch(() => {})); // Without Postgres the sweep clears its row.
  let blocked: string | null = null;
  let isDrainWanted = false;
  const leases = stack.use(
    keepLeases(
      { ...config, ...config.limits, workerId: id },
      {
        onDeath(error) {
          log.fatal({ err: error }, 'leases cannot be kept any more');
          process.exit(EX_SOFTWARE);
        },
        onDrain(isWanted) {
          isDrainWanted = isWanted;
          log.info(
            isWanted ? 'an operator wants nothing new to be taken' : 'an operator wants work to go on',
          );
          openOrShut().catch((error: unknown) => log.warn({ err: error }, 'the queue is in trouble'));
        },
      },
    ),
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
    onStep: (message, fields) => log.info(fields, message),
  };

  const live = new Set<LiveAttempt>();
  const underway = new Set<Promise<void>>();
  // Asked at each claim too: a recipe fills a disk faster than it is looked at again and again.
  const isDiskLow = async () => (await checkDiskFloor(config.workspaceDir, config.diskFloorBytes)) !== null;

  const consumer = stack.use(
    startConsumer({
      target: queue,
      concurrency: config.concurrency,
      onError: (error) => log.warn({ err: error }, 'the queue is in trouble'),
      async handle(delivery) {
        if (blocked !== null || isDrainWanted || stop.aborted || (await isDiskLow())) {
          return forgetDispatch(db, [delivery.job_id]); // For another worker, or for this one later.
        }
        const attempt = runAttempt(parts, delivery, live).then(
          (outcome) => log.debug({ ...delivery, outcome }, 'a delivery is done with'),
          (error: unknown) => log.error({ err: error, ...delivery }, 'an attempt failed in the farm itself'),
        );
        underway.add(attempt);
        await attempt;
        underway.delete(attempt);
      },
    }),
  );
  /** Takes deliveries, or none while there is a reason not to; what is at work goes on. */
  const openOrShut = async (): Promise<void> => {
    const draining = stop.aborted || isDrainWanted;
    leases.show({ blocked, draining });
    if (blocked !== null || draining) await consumer.pause();
    else consumer.resume();
  };
  stack.use(
    watchDisk(config.workspaceDir, config.diskFloorBytes, async (found) => {
      blocked = found;
      log.warn({ blocked }, blocked === null ? 'claiming again' : 'claiming nothing');
      await openOrShut();
    }),
  );
  const scheduleParts = {
    ...config,
    db,
    dispatcher,
    deliveries,
    triggers,
    nightlyTz: config.digest.tz,
    onError: (error: unknown) => log.error({ err: error }, 'schedules are in trouble'),
  };
  const digests = stack.use(startDigests({ ...config, db, triggers, log }));
  stack.use(
    startTriggerConsumer({
      target: queue,
      nextTrigger,
      onError: (error) => log.warn({ err: error }, 'the queue of triggers is in trouble'),
      handle: async (triggerId) => {
        if (triggerId === DIGEST_TRIGGER) await digests.make();
        else await fireTriggered(scheduleParts, triggerId);
      },
    }),
  );
  stack.use(
    startSweepLoop({
      pass: (passNumber) =>
        sweep(db, deliveries, config.sweepLimits, passNumber, () => tendSchedules(scheduleParts, passNumber)),
      pauseMs: config.sweepSecs * 1000,
      onReport: (report) => tellOfSweep(report, log),
      onError: (error) => log.error({ err: error }, 'a sweep failed'),
    }),
  );
  if (config.aliveFile !== undefined) stack.use(showLife(config.aliveFile));
  stack.use(repeat(CLEAR_UP_MS, () => clearUp(parts, config.workspaceDir)));
  stack.use(
    repeat(TIDY_FOLDERS_MS, async () => {
      try {
        const removed = await tidyFolders(parts, config.folders, stop);
        if (removed.length > 0) log.info({ removed }, 'mirrors and caches were removed');
      } catch (error) {
        log.warn({ err: error }, 'mirrors and caches could not be looked through; the next round does it');
      }
    }),
  );
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
  const { mirrorDir, workspaceDir, cacheDir, git, recipeUser } = config;
  for (const folder of [workspaceDir, git.emptyHome]) await mkdir(folder, { recursive: true });
  // A recipe of another user gets along with the paths it is told, and finds no others here.
  for (const folder of [mirrorDir, cacheDir]) await mkdir(folder, { recursive: true, mode: 0o711 });
  return createWorkspaces({ root: workspaceDir, instanceId, settings: git, recipeUser });
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => controller.abort());
  return controller.signal;
}
