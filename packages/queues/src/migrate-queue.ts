import { runMigrations } from 'bullmq';
import { Client } from 'pg';
import { postgresQueueSchema, type QueueTarget } from './queue-target.ts';

/** Prepares the queue's own storage: nothing for Redis, BullMQ's schema for Postgres. Safe to call at every start. */
export async function migrateQueue(target: QueueTarget): Promise<void> {
  if (target.backend === 'redis') return;
  const client = new Client({ connectionString: target.url });
  client.on('error', () => {}); // The query under way is told as well; without a listener it would end the process.
  await client.connect();
  try {
    await runMigrations(client, postgresQueueSchema(target));
  } finally {
    await client.end();
  }
}
