// Starts one API process. It keeps no state: run as many as you like in front of one Postgres.
import { createServer } from 'node:http';
import { mkdir } from 'node:fs/promises';
import { once } from 'node:events';
import { enableCompileCache } from 'node:module';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { SettingsError } from '@crafting-table/contracts/settings';
import { VERSION } from '@crafting-table/contracts/version';
import { connectDatabase } from '@crafting-table/database/connect';
import { isDatabaseAway } from '@crafting-table/database/database-away';
import { listen } from '@crafting-table/database/listen';
import { migrate } from '@crafting-table/database/migrate';
import { createDispatcher } from '@crafting-table/farm/jobs/dispatch-jobs';
import { createNews } from '@crafting-table/farm/logs/news';
import { sweep } from '@crafting-table/farm/sweep/sweep';
import { startSweepLoop } from '@crafting-table/farm/sweep/sweep-loop';
import { createAuthenticator } from '@crafting-table/farm/tokens/authenticate';
import { ensureFirstAdmin } from '@crafting-table/farm/tokens/first-admin';
import { migrateQueue } from '@crafting-table/queues/migrate-queue';
import { openDeliveries } from '@crafting-table/queues/open-deliveries';
import { queueTarget } from '@crafting-table/queues/queue-target';
import { readConfig, type ApiConfig } from './config.ts';
import { createApp } from './create-app.ts';

enableCompileCache();
const config = readConfigOrExit();
const log = pino({ name: 'api', level: config.logLevel }, pino.destination(2));
const stop = stopSignal();
await using stack = new AsyncDisposableStack();

const queue = queueTarget({
  databaseUrl: config.databaseUrl,
  redisUrl: config.redisUrl,
  prefix: config.queuePrefix,
});
const db = stack.use(connectDatabase({ url: config.databaseUrl, poolSize: 16, name: 'crafting-api' }));
const deliveries = stack.use(openDeliveries(queue));
const onBackgroundError = (error: unknown) =>
  log.warn({ err: error }, 'a delivery failed; the sweep sends it again');
const dispatcher = stack.use(createDispatcher(db, deliveries, onBackgroundError));
const news = createNews();
stack.use(
  listen({
    url: config.databaseUrl,
    channels: ['crafting_log', 'crafting_job'],
    onNotice: news.hear,
    onGap: news.hearAll,
  }),
);

const app = createApp({
  ...config,
  db,
  deliveries,
  dispatcher,
  news,
  version: VERSION,
  workerAliveSecs: config.leaseSecs + config.sweepLimits.lostGraceSecs,
  authenticator: stack.use(createAuthenticator(db)),
  log,
});
const server = createServer(
  { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 },
  app,
);
server.listen(config.port, config.host);
await once(server, 'listening');
log.info({ host: config.host, port: (server.address() as AddressInfo).port }, 'listening'); // TCP, so an AddressInfo.

await prepareDatabase(stop);
if (!stop.aborted) {
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
  await aborted(stop);
}
log.info('stopping');
server.close();
server.closeIdleConnections();
setTimeout(() => server.closeAllConnections(), 2000).unref();
await once(server, 'close');

/** Waits for Postgres as long as it takes: requests are answered 503 meanwhile. */
async function prepareDatabase(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await migrate(config.databaseUrl);
      await migrateQueue(queue);
      await mkdir(config.dataDir, { recursive: true });
      if (await ensureFirstAdmin(db, config.adminBearerFile)) {
        log.info({ file: config.adminBearerFile }, 'the first admin bearer was written');
      }
      return;
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      log.warn({ err: error }, 'Postgres is away; trying again');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function readConfigOrExit(): ApiConfig {
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

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
