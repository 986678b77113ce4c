import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { connectDatabase, type Connection } from './connect.ts';
import { isDatabaseAway } from './database-away.ts';
import { openFarmDatabase, type FarmDatabase } from './stand-ins/farm-rows.ts';

test('a query works on when a migration has changed its table', async () => {
  await using farm = await openFarmDatabase(1);
  expect(await readSweep(farm.db)).not.toHaveProperty('later');
  await addColumn(farm);
  expect(await readSweep(farm.db)).toHaveProperty('later', 7);
  expect(await readSweep(farm.db)).toHaveProperty('later', 7);
});

test('a transaction that meets a table which a migration has changed can be tried again', async () => {
  await using farm = await openFarmDatabase(1);
  const inTransaction = () => farm.db.transaction().execute(readSweep);
  await inTransaction();
  await addColumn(farm);
  const fault: unknown = await inTransaction().catch((error: unknown) => error);
  expect(isDatabaseAway(fault)).toBe(true);
  expect(await inTransaction()).toHaveProperty('later', 7);
});

function readSweep(db: Connection): Promise<unknown> {
  return db.selectFrom('sweep').selectAll().where('single', '=', true).executeTakeFirstOrThrow();
}

/** From another connection, as another process would. */
async function addColumn(farm: FarmDatabase): Promise<void> {
  await using migrating = connectDatabase({ url: farm.url, poolSize: 1, name: 'test' });
  await sql`alter table sweep add column later integer not null default 7`.execute(migrating);
}
