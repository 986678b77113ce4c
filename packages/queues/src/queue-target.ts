import type { PostgresPoolConfig } from 'bullmq';
import type { QueueBackend } from '@crafting-table/contracts/delivery';

/** Where deliveries travel: a Redis, or a schema of BullMQ's own in the farm's Postgres. */
export type QueueTarget = { backend: QueueBackend; url: string; prefix: string };

export function queueTarget(settings: {
  databaseUrl: string;
  redisUrl?: string;
  prefix: string;
}): QueueTarget {
  return settings.redisUrl
    ? { backend: 'redis', url: settings.redisUrl, prefix: settings.prefix }
    : { backend: 'postgres', url: settings.databaseUrl, prefix: settings.prefix };
}

export const QUEUE_NAME = 'attempts';
export const TRIGGER_QUEUE_NAME = 'triggers';

/** BullMQ's tables stand in a schema of their own beside the farm's. */
export function postgresQueueSchema(target: QueueTarget): string {
  return `${target.prefix}_queue`;
}

/** Connection options for BullMQ's Postgres backend, which builds and closes its own pool from them. */
export function postgresConnection(target: QueueTarget, poolSize: number): PostgresPoolConfig {
  return {
    connectionString: target.url,
    schema: postgresQueueSchema(target),
    max: poolSize,
    connectionTimeoutMillis: 1000,
    application_name: 'crafting-queue',
  };
}
