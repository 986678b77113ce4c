import { availableParallelism, homedir, hostname } from 'node:os';
import { delimiter, join, resolve, sep } from 'node:path';
import { readSettings } from '@crafting-table/contracts/settings';
import { readPassword, withPassword } from '@crafting-table/contracts/with-password';
import { digestSettings } from '@crafting-table/farm/digests/digest-settings';
import { findToolchainVariables } from '@crafting-table/runner/process/toolchain-variables';

const NAMES = [
  'DATABASE_URL',
  'CRAFTING_DATABASE_PASSWORD_FILE',
  'REDIS_URL',
  'CRAFTING_REDIS_PASSWORD_FILE',
  'CRAFTING_DATA_DIR',
  'CRAFTING_CONCURRENCY',
  'CRAFTING_WORKER_NAME',
  'CRAFTING_WORKSPACE_DIR',
  'CRAFTING_CACHE_DIR',
  'CRAFTING_RECIPE_PATH',
  'CRAFTING_RECIPE_USER',
  'CRAFTING_CONTAINMENT',
  'CRAFTING_NO_OUTPUT_SECS',
  'CRAFTING_SETUP_SECS',
  'CRAFTING_KILL_GRACE_SECS',
  'CRAFTING_DRAIN_SECS',
  'CRAFTING_LEASE_SECS',
  'CRAFTING_RENEW_SECS',
  'CRAFTING_LOST_GRACE_SECS',
  'CRAFTING_CLAIM_SECS',
  'CRAFTING_DEADLINE_GRACE_SECS',
  'CRAFTING_SWEEP_SECS',
  'CRAFTING_REDISPATCH_SECS',
  'CRAFTING_DISK_FLOOR_BYTES',
  'CRAFTING_LOG_FLOOD_BYTES',
  'CRAFTING_ALIVE_FILE',
  'CRAFTING_TIMEOUT_SECS',
  'CRAFTING_PUBLIC_URL',
  'CRAFTING_DIGEST_CRON',
  'CRAFTING_DIGEST_TZ',
  'CRAFTING_SMTP_HOST',
  'CRAFTING_SMTP_PORT',
  'CRAFTING_SMTP_USER',
  'CRAFTING_SMTP_PASS',
  'CRAFTING_SMTP_PASS_FILE',
  'CRAFTING_SMTP_FROM',
  'CRAFTING_SMTP_TLS',
  'CRAFTING_MIRROR_KEEP_DAYS',
  'CRAFTING_CACHE_KEEP_DAYS',
  'CRAFTING_CACHE_KEEP_BYTES',
  'CRAFTING_HOST_KEEP_BYTES',
  'CRAFTING_HOST_KEEP_COUNT',
  'CRAFTING_QUEUE_PREFIX',
  'CRAFTING_LOG_LEVEL',
] as const;

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export type WorkerConfig = ReturnType<typeof readConfig>;

/** Everything a worker is told from outside. Throws SettingsError with a line for each fault. */
export function readConfig(environment: Record<string, string | undefined> = process.env) {
  const settings = readSettings(NAMES, environment);
  const dataDir = resolve(settings.CRAFTING_DATA_DIR);
  const workspaceDir = resolve(settings.CRAFTING_WORKSPACE_DIR ?? join(dataDir, 'workspaces'));
  const cacheDir = resolve(settings.CRAFTING_CACHE_DIR ?? join(dataDir, 'caches'));
  return {
    databaseUrl: withPassword(settings.DATABASE_URL, settings.CRAFTING_DATABASE_PASSWORD_FILE),
    redisUrl: settings.REDIS_URL && withPassword(settings.REDIS_URL, settings.CRAFTING_REDIS_PASSWORD_FILE),
    prefix: settings.CRAFTING_QUEUE_PREFIX,
    name: settings.CRAFTING_WORKER_NAME ?? `${hostname()}-${process.pid}`,
    concurrency: settings.CRAFTING_CONCURRENCY ?? availableParallelism(),
    containment: settings.CRAFTING_CONTAINMENT,
    recipeUser: settings.CRAFTING_RECIPE_USER,
    aliveFile: settings.CRAFTING_ALIVE_FILE,
    mirrorDir: join(dataDir, 'mirrors'),
    workspaceDir,
    cacheDir,
    ownFolders: outermost([dataDir, workspaceDir, cacheDir]),
    spoolDir: join(dataDir, 'spools'),
    recipePath: settings.CRAFTING_RECIPE_PATH ?? withoutOwnTools(environment['PATH'] ?? DEFAULT_PATH),
    toolchainVariables: findToolchainVariables(homedir(), environment),
    git: {
      searchPath: environment['PATH'] ?? DEFAULT_PATH,
      emptyHome: join(dataDir, 'git-home'),
      allowFileRemotes: true, // Which ones may be registered is the API's decision.
      ssh: {
        home: homedir(),
        ...(environment['SSH_AUTH_SOCK'] !== undefined && { agentSocket: environment['SSH_AUTH_SOCK'] }),
      },
    },
    diskFloorBytes: settings.CRAFTING_DISK_FLOOR_BYTES,
    drainSecs: settings.CRAFTING_DRAIN_SECS,
    renewSecs: settings.CRAFTING_RENEW_SECS,
    sweepSecs: settings.CRAFTING_SWEEP_SECS,
    sweepLimits: {
      lostGraceSecs: settings.CRAFTING_LOST_GRACE_SECS,
      claimSecs: settings.CRAFTING_CLAIM_SECS,
      deadlineGraceSecs: settings.CRAFTING_DEADLINE_GRACE_SECS,
      redispatchSecs: settings.CRAFTING_REDISPATCH_SECS,
      slowSecs: 15 * settings.CRAFTING_SWEEP_SECS,
    },
    limits: {
      leaseSecs: settings.CRAFTING_LEASE_SECS,
      setupSecs: settings.CRAFTING_SETUP_SECS,
      noOutputSecs: settings.CRAFTING_NO_OUTPUT_SECS,
      killGraceSecs: settings.CRAFTING_KILL_GRACE_SECS,
      logFloodBytes: settings.CRAFTING_LOG_FLOOD_BYTES,
    },
    defaultTimeoutSecs: settings.CRAFTING_TIMEOUT_SECS,
    digest: digestSettings(settings),
    relay:
      settings.CRAFTING_SMTP_HOST === undefined
        ? null
        : {
            host: settings.CRAFTING_SMTP_HOST,
            port: settings.CRAFTING_SMTP_PORT,
            user: settings.CRAFTING_SMTP_USER ?? null,
            password: settings.CRAFTING_SMTP_PASS_FILE
              ? readPassword(settings.CRAFTING_SMTP_PASS_FILE)
              : (settings.CRAFTING_SMTP_PASS ?? null),
            from: settings.CRAFTING_SMTP_FROM,
            encryption: settings.CRAFTING_SMTP_TLS,
          },
    folders: {
      mirror_days: settings.CRAFTING_MIRROR_KEEP_DAYS,
      cache_days: settings.CRAFTING_CACHE_KEEP_DAYS,
      cache_bytes: settings.CRAFTING_CACHE_KEEP_BYTES,
      folder_bytes_total: settings.CRAFTING_HOST_KEEP_BYTES,
      folder_count_total: settings.CRAFTING_HOST_KEEP_COUNT,
    },
    logLevel: settings.CRAFTING_LOG_LEVEL,
  };
}

/** Those that lie in none of the others. */
function outermost(folders: readonly string[]): string[] {
  const isAbove = (upper: string, lower: string) => lower.startsWith(upper === sep ? upper : upper + sep);
  return [...new Set(folders)].filter(
    (folder) => !folders.some((other) => other !== folder && isAbove(other, folder)),
  );
}

/** npm and start.mjs put the farm's own Node and its packages in front of PATH; a recipe is to find the host's. */
function withoutOwnTools(path: string): string {
  return path
    .split(delimiter)
    .filter((folder) => !folder.includes('/node_modules/'))
    .join(delimiter);
}
