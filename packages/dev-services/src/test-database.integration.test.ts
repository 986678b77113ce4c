import { Client } from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from './test-database.ts';

test('each test database is migrated, and none sees the rows of another', async () => {
  await using one = await createTestDatabase();
  await using other = await createTestDatabase();
  await query(one.url, 'create table only_here as select 1 as one');
  const migrations = 'select count(*)::int as count from schema_migrations';
  expect(await query(other.url, migrations)).toEqual(await query(one.url, migrations));
  await expect(query(other.url, 'select * from only_here')).rejects.toThrow(/does not exist/);
});

test('many can be made at once', async () => {
  const databases = await Promise.all(Array.from({ length: 6 }, () => createTestDatabase()));
  expect(new Set(databases.map((database) => database.url)).size).toBe(6);
  await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()));
});

test('a connection that was left open is told, and the database is gone all the same', async () => {
  const database = await createTestDatabase();
  const forgotten = new Client({ connectionString: database.url, application_name: 'forgetful' });
  forgotten.on('error', () => {}); // It is cut by the server.
  await forgotten.connect();
  await expect(database[Symbol.asyncDispose]()).rejects.toThrow(/left open[^]*forgetful/);
  await expect(query(database.url, 'select 1')).rejects.toThrow(/does not exist/);
});

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
