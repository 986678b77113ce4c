import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { choosePort } from '@crafting-table/dev-services/choose-port';
import { startPostgres } from '@crafting-table/dev-services/embedded-postgres';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { connectDatabase, type Database } from './connect.ts';
import { hasTakenTooLong, isDatabaseAway } from './database-away.ts';
import { openFarmDatabase } from './stand-ins/farm-rows.ts';

const WAIT = { timeout: 20_000, interval: 10 };

test('a server that was stopped is away, at once and for a query under way, and comes back', async () => {
  await using folder = await temporaryFolder();
  const options = { dataDir: folder.path, durable: false, log: () => {} };
  const server = await startPostgres(options);
  await using db = connectDatabase({ url: server.url, poolSize: 2, name: 'test' });
  await ask(db);
  const underway = faultOf(sql`select pg_sleep(60)`.execute(db));
  await ask(db);
  await server.stop();
  expect(isDatabaseAway(await underway)).toBe(true);
  expect(isDatabaseAway(await faultOf(ask(db)))).toBe(true);
  await using started = new AsyncDisposableStack();
  started.use(await startPostgres({ ...options, port: server.port }));
  await ask(db);
});

test('a connection that an operator terminated is away', async () => {
  await using farm = await openFarmDatabase();
  const fault = await faultOf(sql`select pg_terminate_backend(pg_backend_pid())`.execute(farm.db));
  expect(isDatabaseAway(fault)).toBe(true);
  // The pool learns of it a moment later than the query did.
  await vi.waitUntil(async () => (await faultOf(ask(farm.db))) === undefined, WAIT);
});

test('a statement that takes too long counts as away, and is told from a server that is', async () => {
  await using farm = await openFarmDatabase();
  await using hasty = connectDatabase({ url: farm.url, poolSize: 1, name: 'test', statementTimeoutMs: 50 });
  const slow = await faultOf(sql`select pg_sleep(60)`.execute(hasty));
  expect([isDatabaseAway(slow), hasTakenTooLong(slow)]).toEqual([true, true]);
  expect(hasTakenTooLong(new Error('while digesting', { cause: slow }))).toBe(true);
  const ended = await faultOf(sql`select pg_terminate_backend(pg_backend_pid())`.execute(hasty));
  expect([isDatabaseAway(ended), hasTakenTooLong(ended)]).toEqual([true, false]);
});

test('a port nobody listens on is away, and an error says so through its cause', async () => {
  const url = `postgres://farm:secret@127.0.0.1:${await choosePort()}/farm`;
  await using db = connectDatabase({ url, poolSize: 1, name: 'test' });
  const fault = await faultOf(ask(db));
  expect(isDatabaseAway(fault)).toBe(true);
  expect(isDatabaseAway(new Error('while claiming', { cause: fault }))).toBe(true);
});

test('a pool without a free connection is away', async () => {
  await using farm = await openFarmDatabase();
  await using db = connectDatabase({ url: farm.url, poolSize: 1, name: 'test', connectTimeoutMs: 50 });
  await db.transaction().execute(async () => {
    expect(isDatabaseAway(await faultOf(ask(db)))).toBe(true);
  });
});

test('a fault of ours is no sign that the database is away', async () => {
  await using farm = await openFarmDatabase();
  const faults = [
    await faultOf(sql`select * from no_such_table`.execute(farm.db)),
    await faultOf(sql`select 1 / 0`.execute(farm.db)),
    await faultOf(sql`insert into sweep default values`.execute(farm.db)),
    await faultOf(sql`select ${'a\0b'}`.execute(farm.db)),
    new TypeError('x is not a function'),
    'connection terminated',
    undefined,
  ];
  expect(faults.map(isDatabaseAway)).toEqual(faults.map(() => false));
});

async function ask(db: Database): Promise<void> {
  await sql`select 1`.execute(db);
}

/** The error that was thrown, or undefined. */
async function faultOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'crafting-away-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
