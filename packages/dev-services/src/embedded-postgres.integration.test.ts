import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deathSignalsWork } from './bound-child.ts';
import { searchPath } from './config.ts';
import { startPostgres } from './embedded-postgres.ts';
import { isAlive, isGoneWithin } from './process-life.ts';
import { serviceUser } from './service-user.ts';
import { temporaryFolder } from './stand-ins/temporary-folder.ts';

// The temporary folder is closed to everybody else, so as root all of this also shows that a private home is no obstacle.
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const start = (options: { adopt?: boolean; port?: number; durable?: boolean } = {}) =>
  startPostgres({ dataDir: folder.path, durable: false, log: () => {}, ...options });

describe('an embedded Postgres', () => {
  test('keeps its data from start to start', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    await using second = await start();
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(second.version).toMatch(/^18\.\d+$/);
  });

  test('is open to nobody without the password, which nobody else can read', async () => {
    await using postgres = await start();
    const url = new URL(postgres.url);
    url.password = 'guessed';
    await expect(query(url.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    expect((await stat(join(folder.path, 'password'))).mode & 0o777).toBe(0o600);
    const password = new URL(postgres.url).password;
    expect(
      await readFile(join('/proc', String(postgres.pid), 'cmdline'), 'utf8').catch(() => ''),
    ).not.toContain(password);
  });

  test('never runs as root', async () => {
    await using postgres = await start();
    const owner = (await stat(join(folder.path, 'cluster'))).uid;
    expect(owner).toBe(serviceUser()?.uid ?? process.getuid?.());
    expect(await query(postgres.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  });

  test('that runs already is found, and left alone by who found it', async () => {
    await using postgres = await start();
    const found = await start();
    expect(found).toMatchObject({ url: postgres.url, pid: postgres.pid, version: postgres.version });
    await found.stop();
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('that runs already is stopped by who adopted it', async () => {
    const postgres = await start();
    const adopted = await start({ adopt: true });
    await adopted.stop();
    await postgres.ended;
    expect(isAlive(postgres.pid)).toBe(false);
  });

  test('recovers by itself from being killed, with all that was committed', async () => {
    const killed = await start({ durable: true });
    await query(killed.url, 'create table survivors as select 1 as one');
    process.kill(killed.pid, 'SIGKILL');
    await using recovered = await start();
    expect(await query(recovered.url, 'select one from survivors')).toEqual([{ one: 1 }]);
  });

  test('is not fooled by a pid file whose number belongs to another process now', async () => {
    await (await start()).stop();
    const bystander = spawn('sleep', ['60'], serviceUser() ?? {});
    await once(bystander, 'spawn');
    await writeFile(
      join(folder.path, 'cluster', 'postmaster.pid'),
      `${bystander.pid}\n/x\n1\n5432\n\n\n\nready   \n`,
    );
    await using postgres = await start();
    expect(postgres.pid).not.toBe(bystander.pid);
    bystander.kill('SIGKILL');
    await once(bystander, 'exit');
  });

  test('comes back on the port it is asked for', async () => {
    const first = await start();
    await first.stop();
    await using second = await start({ port: first.port });
    expect(second.url).toBe(first.url);
  });

  test('says what is wrong when it cannot start', async () => {
    await using other = await temporaryFolder();
    await (await startPostgres({ dataDir: other.path, durable: false, log: () => {} })).stop();
    await writeFile(join(other.path, 'cluster', 'postgresql.conf'), 'no_such_setting = 1\n');
    const starting = startPostgres({ dataDir: other.path, durable: false, log: () => {} });
    await expect(starting).rejects.toThrow(/no_such_setting/);
  });
});

describe('the stores of a process that was killed', () => {
  test('end with it where the kernel can do that, and are otherwise found at the next start', async () => {
    await using left = await temporaryFolder();
    const owner = spawn(
      process.execPath,
      [join(import.meta.dirname, 'stand-ins', 'start-stores-and-wait.ts'), left.path, searchPath()],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(owner.stdout.setEncoding('utf8'), 'data');
    const stores = JSON.parse(line);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const pids = [stores.postgres.pid, ...(stores.redis ? [stores.redis.pid] : [])];
    const ended = await Promise.all(pids.map((pid) => isGoneWithin(pid, deathSignalsWork() ? 10_000 : 0)));
    expect(ended).toEqual(pids.map(() => deathSignalsWork()));
    await using next = await startPostgres({
      dataDir: join(left.path, 'postgres'),
      durable: false,
      adopt: true,
      log: () => {},
    });
    expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  client.on('error', () => {}); // The server may be ended while the connection is still closing.
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
