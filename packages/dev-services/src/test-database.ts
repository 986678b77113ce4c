// A database of its own for each test file, cloned from a template that is migrated once.
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { migrate, readMigrations } from '@crafting-table/database/migrate';
import { testDatabaseUrl } from './config.ts';

export type TestDatabase = AsyncDisposable & { url: string };

/** Any number: while it is held, one process makes the template and the others wait for it. */
const TEMPLATE_LOCK = 881_002;
/** A closed connection takes a moment to be gone on the server's side. */
const CLOSING_MS = 2_000;
const POLL_MS = 10;

/**
 * Creates a migrated, empty database. Disposing of it drops it, and throws when connections to it were left open.
 * @throws when the tests were not started by the test runner, which brings the server.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = testDatabaseUrl();
  const template = await ensureTemplate(server);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(server, (client) => client.query(`create database ${name} template ${template}`));
  return {
    url: databaseUrl(server, name),
    [Symbol.asyncDispose]: () => onServer(server, (client) => dropDatabase(client, name)),
  };
}

/** Edited migrations have another hash and so another template. */
async function ensureTemplate(server: string): Promise<string> {
  const checksums = (await readMigrations()).map((migration) => migration.checksum);
  const name = `template_${createHash('sha256').update(checksums.join()).digest('hex').slice(0, 16)}`;
  await onServer(server, async (client) => {
    if (await databaseExists(client, name)) return;
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]); // Released with the connection.
    if (await databaseExists(client, name)) return;
    const unfinished = `${name}_unfinished`;
    await client.query(`drop database if exists ${unfinished} with (force)`);
    await client.query(`create database ${unfinished}`);
    await migrate(databaseUrl(server, unfinished));
    await client.query(`alter database ${unfinished} rename to ${name}`);
  });
  return name;
}

async function databaseExists(client: Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  return rowCount === 1;
}

async function dropDatabase(client: Client, name: string): Promise<void> {
  const leftOpen = await waitForConnections(client, name);
  await client.query(`drop database ${name} with (force)`);
  if (leftOpen.length > 0) throw new Error(`Connections were left open, last doing:\n${leftOpen.join('\n')}`);
}

async function waitForConnections(client: Client, name: string): Promise<string[]> {
  const giveUpAt = Date.now() + CLOSING_MS;
  for (;;) {
    const { rows } = await client.query<{ doing: string }>(
      // Not the server's own: it may be vacuuming.
      `select application_name || ': ' || query as doing from pg_stat_activity
       where datname = $1 and backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || Date.now() > giveUpAt) return rows.map((row) => row.doing);
    await sleep(POLL_MS);
  }
}

async function onServer<T>(server: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
