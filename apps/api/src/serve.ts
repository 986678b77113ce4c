import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino, { type Logger } from 'pino';
import { VERSION } from '@crafting-table/contracts/version';
import { connectDatabase, type Database } from '@crafting-table/database/connect';
import { isDatabaseAway } from '@crafting-table/database/database-away';
import { feelPulse } from '@crafting-table/database/feel-pulse';
import { listen } from '@crafting-table/database/listen';
import { migrate } from '@crafting-table/database/migrate';
import { readClock } from '@crafting-table/database/schedules';
import { createDispatcher } from '@crafting-table/farm/jobs/dispatch-jobs';
import { createNews } from '@crafting-table/farm/logs/news';
import { createFarmNumbersReader } from '@crafting-table/farm/metrics/read-farm-numbers';
import { startRetentionLoop } from '@crafting-table/farm/retention/retention-loop';
import { readOrExit } from '@crafting-table/farm/read-or-exit';
import { showError } from '@crafting-table/farm/show-error';
import { tellOfDeath } from '@crafting-table/farm/tell-of-death';
import { moveNightly } from '@crafting-table/farm/schedules/derive-schedules';
import { nextTrigger } from '@crafting-table/farm/schedules/next-trigger';
import { tendSchedules } from '@crafting-table/farm/schedules/tend-schedules';
import { sweep, tellOfSweep } from '@crafting-table/farm/sweep/sweep';
import { startSweepLoop } from '@crafting-table/farm/sweep/sweep-loop';
import { createAuthenticator, type Authenticator } from '@crafting-table/farm/tokens/authenticate';
import { ensureFirstAdmin } from '@crafting-table/farm/tokens/first-admin';
import { migrateQueue } from '@crafting-table/queues/migrate-queue';
import { openDeliveries } from '@crafting-table/queues/open-deliveries';
import { openTriggers } from '@crafting-table/queues/open-triggers';
import { openDashboard } from '@crafting-table/queues/open-dashboard';
import { queueTarget, type QueueTarget } from '@crafting-table/queues/queue-target';
import { readConfig, type ApiConfig } from './config.ts';
import { createMetrics } from './metrics/create-metrics.ts';
import { LOGOUT_PATH, QUEUES_PATH } from './browser/paths.ts';
import { createApp } from './create-app.ts';

/**
 * A whole request has to be here within `requestTimeout`: its body has 2 MiB at most, which takes a second on a LAN. Node
 * looks only each `connectionsCheckingInterval`, 30 s if not told otherwise.
 */
const REQUEST_LIMITS = {
  requestTimeout: 15_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
};
/** Requests that are still open this long after the stop signal are cut off. */
const CLOSE_MS = 2000;
const DATABASE_RETRY_MS = 500;
/** One question of retention looks at every job, log and finding there is. */
const RETENTION_STATEMENT_MS = 10 * 60_000;

/** Serves requests from the first moment, 503 while Postgres is away, until the process is told to stop. */
export async function serve(): Promise<void> {
  const config = readOrExit(readConfig);
  const log = pino(
    {
      name: 'api',
      level: config.logLevel,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: showError },
    },
    pino.destination(2),
  );
  tellOfDeath(log);
  const stop = stopSignal();
  await using stack = new AsyncDisposableStack();

  const queue = queueTarget(config);
  const db = stack.use(connectDatabase({ url: config.databaseUrl, poolSize: 16, name: 'crafting-api' }));
  const patientDb = stack.use(
    connectDatabase({
      url: config.databaseUrl,
      poolSize: 2,
      name: 'crafting-retention',
      statementTimeoutMs: RETENTION_STATEMENT_MS,
    }),
  );
  const deliveries = stack.use(openDeliveries(queue));
  const triggers = stack.use(openTriggers(queue, nextTrigger));
  const dispatcher = stack.use(
    createDispatcher(db, deliveries, (error) =>
      log.warn({ err: error }, 'a delivery failed; the sweep sends it again'),
    ),
  );
  const dashboard = stack.use(
    openDashboard(queue, {
      basePath: QUEUES_PATH,
      logoutPath: LOGOUT_PATH,
      isReadOnly: !config.queuesWrite,
    }),
  );
  const news = createNews();
  const listener = stack.use(
    listen({
      url: config.databaseUrl,
      channels: ['crafting_log', 'crafting_job', 'crafting_token'],
      onNotice: (notice) =>
        notice.channel === 'crafting_token' ? authenticator.forget() : news.hear(notice),
      onGap: () => {
        authenticator.forget();
        news.hearAll();
      },
    }),
  );
  const authenticator: Authenticator = stack.use(createAuthenticator(db, () => listener.connected));
  let isPrepared = false;
  const workerAliveSecs = config.leaseSecs + config.sweepLimits.lostGraceSecs;
  const app = createApp({
    ...config,
    db,
    patientDb,
    deliveries,
    dispatcher,
    dashboard,
    news,
    version: VERSION,
    isPrepared: () => isPrepared,
    stop,
    workerAliveSecs,
    metrics: createMetrics(),
    numbers: createFarmNumbersReader(db, deliveries, { workerAliveSecs }),
    authenticator,
    pulse: stack.use(feelPulse(config.databaseUrl)),
    log,
  });
  const server = createServer(REQUEST_LIMITS, app).listen(config.port, config.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  log.info({ host: config.host, port }, 'listening');

  await prepareDatabase(db, config, queue, log, stop);
  isPrepared = true;
  const { defaultTimeoutSecs, digest } = config;
  const scheduleParts = {
    db,
    dispatcher,
    defaultTimeoutSecs,
    deliveries,
    triggers,
    nightlyTz: digest.tz,
    onError: (error: unknown) => log.error({ err: error }, 'schedules are in trouble'),
  };
  if (!stop.aborted) {
    stack.use(
      startSweepLoop({
        pass: (passNumber) =>
          sweep(db, deliveries, config.sweepLimits, passNumber, () =>
            tendSchedules(scheduleParts, passNumber),
          ),
        pauseMs: config.sweepSecs * 1000,
        onReport: (report) => tellOfSweep(report, log),
        onError: (error) => log.error({ err: error }, 'a sweep failed'),
      }),
    );
    stack.use(
      startRetentionLoop({
        db: patientDb,
        keep: config.retention,
        onRemoved: (removed) => log.info({ removed }, 'what is not kept any more was removed'),
        onError: (error) => log.error({ err: error }, 'a round of retention failed'),
      }),
    );
    if (!stop.aborted) await once(stop, 'abort');
  }
  log.info('stopping');
  await close(server);
}

/** Waits for Postgres as long as it takes. */
async function prepareDatabase(
  db: Database,
  config: ApiConfig,
  queue: QueueTarget,
  log: Logger,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    try {
      await migrate(config.databaseUrl);
      await migrateQueue(queue);
      await mkdir(config.dataDir, { recursive: true });
      const { tz } = config.digest;
      const moved = await moveNightly(db, tz, await readClock(db));
      if (moved > 0) log.info({ tz, projects: moved }, 'nightly schedules were moved to another zone');
      if (await ensureFirstAdmin(db, config.adminBearerFile)) {
        log.info({ file: config.adminBearerFile }, 'the first admin bearer was written');
      }
      return;
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      log.warn({ err: error }, 'Postgres is away; trying again');
      await new Promise((resolve) => setTimeout(resolve, DATABASE_RETRY_MS));
    }
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const cutOff = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearTimeout(cutOff);
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => controller.abort());
  return controller.signal;
}
