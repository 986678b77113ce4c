import { join, resolve } from 'node:path';
import { RETENTION_SETTINGS, retentionOf } from '@crafting-table/contracts/retention';
import { readSettings } from '@crafting-table/contracts/settings';
import { withPassword } from '@crafting-table/contracts/with-password';
import { digestSettings } from '@crafting-table/farm/digests/digest-settings';

const NAMES = [
  'DATABASE_URL',
  'CRAFTING_DATABASE_PASSWORD_FILE',
  'REDIS_URL',
  'CRAFTING_REDIS_PASSWORD_FILE',
  'CRAFTING_DATA_DIR',
  'CRAFTING_HOST',
  'CRAFTING_PORT',
  'CRAFTING_LAN_CIDRS',
  'CRAFTING_TRUSTED_PROXIES',
  'CRAFTING_FILE_REMOTES',
  'CRAFTING_DEMO_REMOTE',
  'CRAFTING_TIMEOUT_SECS',
  'CRAFTING_LEASE_SECS',
  'CRAFTING_LOST_GRACE_SECS',
  'CRAFTING_CLAIM_SECS',
  'CRAFTING_DEADLINE_GRACE_SECS',
  'CRAFTING_SWEEP_SECS',
  'CRAFTING_REDISPATCH_SECS',
  'CRAFTING_PUBLIC_URL',
  'CRAFTING_DIGEST_CRON',
  'CRAFTING_DIGEST_TZ',
  'CRAFTING_SMTP_HOST',
  ...RETENTION_SETTINGS,
  'CRAFTING_QUEUES_WRITE',
  'CRAFTING_QUEUE_PREFIX',
  'CRAFTING_LOG_LEVEL',
] as const;

export type ApiConfig = ReturnType<typeof readConfig>;

/** Everything the API is told from outside. Throws SettingsError with a line for each fault. */
export function readConfig(environment: Record<string, string | undefined> = process.env) {
  const settings = readSettings(NAMES, environment);
  const dataDir = resolve(settings.CRAFTING_DATA_DIR);
  return {
    databaseUrl: withPassword(settings.DATABASE_URL, settings.CRAFTING_DATABASE_PASSWORD_FILE),
    redisUrl: settings.REDIS_URL && withPassword(settings.REDIS_URL, settings.CRAFTING_REDIS_PASSWORD_FILE),
    prefix: settings.CRAFTING_QUEUE_PREFIX,
    dataDir,
    adminBearerFile: join(dataDir, 'admin-bearer.txt'),
    host: settings.CRAFTING_HOST,
    port: settings.CRAFTING_PORT,
    lanCidrs: settings.CRAFTING_LAN_CIDRS,
    trustedProxies: settings.CRAFTING_TRUSTED_PROXIES,
    fileRemotes: { all: settings.CRAFTING_FILE_REMOTES, demo: settings.CRAFTING_DEMO_REMOTE ?? null },
    defaultTimeoutSecs: settings.CRAFTING_TIMEOUT_SECS,
    leaseSecs: settings.CRAFTING_LEASE_SECS,
    sweepSecs: settings.CRAFTING_SWEEP_SECS,
    sweepLimits: {
      lostGraceSecs: settings.CRAFTING_LOST_GRACE_SECS,
      claimSecs: settings.CRAFTING_CLAIM_SECS,
      deadlineGraceSecs: settings.CRAFTING_DEADLINE_GRACE_SECS,
      redispatchSecs: settings.CRAFTING_REDISPATCH_SECS,
      slowSecs: 15 * settings.CRAFTING_SWEEP_SECS,
    },
    digest: digestSettings(settings),
    retention: retentionOf(settings),
    queuesWrite: settings.CRAFTING_QUEUES_WRITE,
    logLevel: settings.CRAFTING_LOG_LEVEL,
  };
}
