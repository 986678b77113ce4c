import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createTestDatabase } from '@crafting-table/dev-services/test-database';
import { Client } from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { isDatabaseAway } from './database-away.ts';
import { describeSchema } from './describe-schema.ts';
import { migrate, readMigrations } from './migrate.ts';

const WAIT = { timeout: 20_000, interval: 10 };

const MIGRATIONS = new URL('../../../migrations/', import.meta.url);

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

test('a migration that has to wait for a table gives way to those who work, and is tried again', async () => {
  await using database = await createTestDatabase();
  await startAt(database.url, 1);
  await using holder = await connect(database.url);
  await holder.client.query('begin; lock table sweep in share mode');
  const migrating = migrate(database.url);
  await vi.waitUntil(() => hasGivenWay(database.url), WAIT);
  await query(database.url, `set lock_timeout = '10s'; select from sweep`); // In vain behind one that goes on waiting.
  await holder.client.query('rollback');
  expect(await migrating).toBe((await readMigrations()).length - 1);
});

const versions = (await readMigrations()).map(({ version }) => version);

describe.each(versions)('a database at schema %i', (version) => {
  test('has a sample of each of its tables', async () => {
    await using database = await createTestDatabase();
    await startAt(database.url, version);
    const rows = await readAll(database.url);
    const empty = Object.keys(rows).filter((table) => rows[table]!.length === 0);
    expect(empty, 'put rows into migrations/samples/').toEqual([]);
  });

  test('comes to the newest schema with all its rows', async () => {
    await using database = await createTestDatabase();
    await startAt(database.url, version);
    const before = await readAll(database.url);
    expect(await migrate(database.url)).toBe(versions.filter((each) => each > version).length);
    expect(await describeSchema(database.url)).toBe(
      await readFile(new URL('schema.sql', MIGRATIONS), 'utf8'),
    );
    const after = await readAll(database.url);
    for (const [table, rows] of Object.entries(before)) expect(after[table]).toMatchObject(rows);
  });
});

test('firings of before know what their schedules say', async () => {
  await using database = await createTestDatabase();
  await startAt(database.url, 6);
  await migrate(database.url);
  const said = (table: string) => query(database.url, `select recipe, subproject, ref, tz from ${table}`);
  expect(await said('firings')).toEqual(await said('schedules'));
});

/** Makes the database anew as a farm of that version left it: each migration, then the rows that it made possible. */
async function startAt(url: string, version: number): Promise<void> {
  await query(url, 'drop schema public cascade; create schema public');
  for (const each of versions.filter((one) => one <= version)) {
    await migrate(url, each);
    const sample = await readSample(each);
    if (sample !== null) await query(url, sample);
  }
}

async function readSample(version: number): Promise<string | null> {
  const file = new URL(`samples/${String(version).padStart(4, '0')}.sql`, MIGRATIONS);
  return existsSync(file) ? await readFile(file, 'utf8') : null;
}

/** Every row of every table but that of the migrations themselves, in an order that does not depend on later columns. */
async function readAll(url: string): Promise<Record<string, Record<string, unknown>[]>> {
  const tables = await query(
    url,
    `select relname as name, (
       select string_agg(quote_ident(attname), ', ' order by attnum) from pg_index
       join pg_attribute on attrelid = indrelid and attnum = any(indkey) where indrelid = pg_class.oid and indisprimary) as key
     from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_migrations'`,
  );
  const rows: Record<string, Record<string, unknown>[]> = {};
  for (const { name, key } of tables) {
    rows[String(name)] = await query(url, `select * from ${String(name)} order by ${String(key)}`);
  }
  return rows;
}

/** Whether a migration waits to try again: it holds the lock that keeps others from migrating, and waits for none. */
async function hasGivenWay(url: string): Promise<boolean> {
  const found = await query(
    url,
    `select from pg_stat_activity where datname = current_database() and state = 'idle' and query = 'rollback'`,
  );
  return found.length === 1;
}

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
  }, WAIT);
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
