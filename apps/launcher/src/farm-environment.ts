// What the API and the workers are told by the launcher, on top of what it was told itself.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LauncherConfig } from './config.ts';

/** Somebody at the keyboard waits for a stop, so a drain is far shorter here than for a worker on its own. */
const DRAIN_SECS = '5';

export type FoundOut = { port: number; databaseUrl: string; redisUrl: string | undefined };

/** The variables of every process of the farm. */
export function farmEnvironment(
  config: LauncherConfig,
  { port, databaseUrl, redisUrl }: FoundOut,
): NodeJS.ProcessEnv {
  return {
    CRAFTING_DRAIN_SECS: DRAIN_SECS,
    ...config.environment,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    CRAFTING_DATA_DIR: config.dataDir,
    CRAFTING_HOST: config.host,
    CRAFTING_PORT: String(port),
    CRAFTING_DEMO_REMOTE: config.runDemo ? pathToFileURL(demoFolder(config.dataDir)).href : undefined,
  };
}

/** Workers on one host need names of their own; a name that was set becomes the front part of them. */
export function workerEnvironment(
  shared: NodeJS.ProcessEnv,
  number: number,
  workers: number,
): NodeJS.ProcessEnv {
  const name = shared['CRAFTING_WORKER_NAME'];
  return name && workers > 1 ? { ...shared, CRAFTING_WORKER_NAME: `${name}-${number}` } : shared;
}

/** The repository of the demo, made by the launcher. */
export function demoFolder(dataDir: string): string {
  return join(dataDir, 'demo', 'repository');
}
