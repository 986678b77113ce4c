import { createTestDatabase } from '@crafting-table/dev-services/test-database';
import { Client } from 'pg';
import { expect, test, vi } from 'vitest';
import { isDatabaseAway } from './database-away.ts';
import { migrate, readMigrations } from './migrate.ts';

test('a database that is migrated already is left alone', async () => {
  await using database = await createTestDatabase();
  expect(await migrate(database.url)).toBe(0);
});

test('of two processes that migrate an empty database at once, one does it', async () => {
  await using database = await createTestDatabase();
  await query(database.url, 'drop schema public cascade; create schema public');
  const counts = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
  expect(counts.toSorted()).toEqual([0, 0, 0, (await readMigrations()).length]);
});

test('a migration that was edited after it was applied is refused, and named', async () => {
  await using database = await createTestDatabase();
  await query(database.url, `update schema_migrations set checksum = 'other' where version = 1`);
  await expect(migrate(database.url)).rejects.toThrow(/0001-farm\.sql was changed after it was applied/);
});

test('a database of a newer release is refused', async () => {
  await using database = await createTestDatabase();
  await query(database.url, `insert into schema_migrations values (9999, '9999-later.sql', 'x', now())`);
  await expect(migrate(database.url)).rejects.toThrow(/migration 9999.*start a newer release/);
});

test('a migration that fails leaves nothing behind and carries the cause', async () => {
  await using database = await createTestDatabase();
  await query(
    database.url,
    'drop schema public cascade; create schema public; create table jobs (in_the_way int)',
  );
  const fault: unknown = await migrate(database.url).catch((error: unknown) => error);
  expect(fault).toMatchObject({
    message: 'migration 0001-farm.sql failed and was rolled back',
    cause: expect.objectContaining({ code: '42P07' }),
  });
  const tables = await query(database.url, `select tablename from pg_tables where schemaname = 'public'`);
  expect(tables.map((row) => row['tablename']).toSorted()).toEqual(['jobs', 'schema_migrations']);
});

test('a server that goes away in the middle fails the migration, not the process', async () => {
  await using database = await createTestDatabase();
  await using holder = await connect(database.url);
  await holder.client.query('begin; lock table schema_migrations');
  const fault = migrate(database.url).catch((error: unknown) => error);
  // A fault that nobody listens to would fail this whole file.
  await vi.waitUntil(async () => {
    const terminated = await query(
      database.url,
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return terminated.length === 1;
  });
  expect(isDatabaseAway(await fault)).toBe(true);
});

async function connect(connectionString: string) {
  const client = new Client({ connectionString });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  await using connection = await connect(url);
  return (await connection.client.query<Record<string, unknown>>(sql)).rows;
}
