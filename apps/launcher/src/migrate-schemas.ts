export type SchemaTarget = { databaseUrl: string; redisUrl: string | undefined; queuePrefix: string };

/**
 * Brings the farm's schema to the newest version, and BullMQ's own where Postgres carries the deliveries. Loaded when it
 * is needed: the Postgres client takes longer to load than a warm Postgres takes to start.
 */
export async function migrateSchemas({ databaseUrl, redisUrl, queuePrefix }: SchemaTarget): Promise<void> {
  const { migrate } = await import('@crafting-table/database/migrate');
  await migrate(databaseUrl);
  if (redisUrl !== undefined) return;
  const { migrateQueue } = await import('@crafting-table/queues/migrate-queue');
  await migrateQueue({ backend: 'postgres', url: databaseUrl, prefix: queuePrefix });
}
