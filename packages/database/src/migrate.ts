import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

const MIGRATIONS = new URL('../../../migrations/', import.meta.url);
const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;
/** Any number, the same in every process: it keeps two of them from migrating at once. */
const MIGRATION_LOCK = 881_001;

/**
 * A migration waits no longer for a table than this, then gives way and tries again: whoever works on that table waits behind
 * it, and it must be the migration that gives in, before Postgres looks for deadlocks (1 s) and may choose a worker.
 */
const LOCK_WAIT_MS = 250;
const PAUSE_MS = 500;
/** Ten minutes in all; longer than any single statement of the farm is allowed to take. */
const TRIES_MAX = 800;
const GAVE_WAY = new Set(['55P03', '40P01']);

export type Migration = { version: number; name: string; sql: string; checksum: string };

/**
 * Brings the database to the newest schema and returns how many migrations that took. Safe to call from several
 * processes at once, and while other ones work on the database. Refuses a database that is newer than this code, and one
 * whose applied migrations were edited. `lastVersion` is for tests of what comes after it.
 */
export async function migrate(databaseUrl: string, lastVersion = Infinity): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  client.on('error', () => {}); // The query under way is told as well; without a listener it would end the process.
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await applyMissing(client, await readMigrations(), lastVersion);
  } finally {
    await client.end(); // Releases the lock as well.
  }
}

export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(MIGRATIONS)).filter((name) => FILE_NAME.test(name)).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, MIGRATIONS), 'utf8');
      return { version: Number(name.slice(0, 4)), name, sql, checksum: sha256(sql) };
    }),
  );
}

async function applyMissing(client: Client, migrations: Migration[], lastVersion: number): Promise<number> {
  await client.query(`create table if not exists schema_migrations (
    version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
  const applied = await client.query<{ version: number; checksum: string }>(
    'select version, checksum from schema_migrations',
  );
  const checksums = new Map(applied.rows.map((row) => [row.version, row.checksum]));
  refuseStrangers(migrations, checksums);
  const missing = migrations.filter(({ version }) => version <= lastVersion && !checksums.has(version));
  for (const migration of missing) await applyOne(client, migration);
  return missing.length;
}

async function applyOne(client: Client, migration: Migration): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await tryOne(client, migration);
    } catch (cause) {
      await client.query('rollback');
      const mayTryAgain = cause instanceof Error && 'code' in cause && GAVE_WAY.has(String(cause.code));
      if (!mayTryAgain || tries === TRIES_MAX) {
        throw new Error(`migration ${migration.name} failed and was rolled back`, { cause });
      }
      await delay(PAUSE_MS);
    }
  }
}

async function tryOne(client: Client, { version, name, sql, checksum }: Migration): Promise<void> {
  await client.query('begin');
  await client.query(`set local lock_timeout = ${LOCK_WAIT_MS}`);
  await client.query(sql);
  await client.query('insert into schema_migrations (version, name, checksum) values ($1, $2, $3)', [
    version,
    name,
    checksum,
  ]);
  await client.query('commit');
}

function refuseStrangers(migrations: Migration[], applied: Map<number, string>): void {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const [version, checksum] of applied) {
    const migration = known.get(version);
    if (!migration) {
      throw new Error(
        `the database has migration ${version}, which this release does not know: start a newer release`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new Error(
        `${migration.name} was changed after it was applied: restore the file, add a new migration instead`,
      );
    }
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
