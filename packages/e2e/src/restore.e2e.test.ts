// docs/operations.md, backup and restore: both procedures as they stand there, with a farm that was in the middle of its work.
import { execFile } from 'node:child_process';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ORPHANED_LINE } from '@crafting-table/contracts/words';
import { searchPath } from '@crafting-table/dev-services/config';
import { startPostgres } from '@crafting-table/dev-services/embedded-postgres';
import { findInstalledPostgres } from '@crafting-table/dev-services/installed-postgres';
import { ended, getJob, queueJob, reaches, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest } from './farm-under-test.ts';
import { makeRepository } from './git-fixture.ts';
import { makeGate } from './make-gate.ts';
import { copyFolder } from './own-stores.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

/** Leases that end within seconds. */
const SETTINGS = {
  CRAFTING_LEASE_SECS: '3',
  CRAFTING_RENEW_SECS: '0.5',
  CRAFTING_LOST_GRACE_SECS: '1',
  CRAFTING_SWEEP_SECS: '0.25',
  CRAFTING_CONCURRENCY: '1',
};
const run = promisify(execFile);
const installed = await findInstalledPostgres();

test.each(BACKENDS)(
  'a farm on %s whose Postgres is copied and restored on an empty machine has all it had, ends what was running, runs what was queued, and works',
  async (backend) => {
    await using repository = await makeRepository();
    await using safe = await temporaryFolder('safe');
    const copy = join(safe.path, 'postgres');
    const before = await (async () => {
      await using farm = await startFarm({
        backend,
        ownStores: true,
        settings: SETTINGS,
        expectsTrouble: true,
      });
      return await saveInTheMiddle(farm, repository.url, async () => {
        await farm.stores!.postgres.stop();
        copyFolder(farm.stores!.postgres.folder, copy);
        await farm.stores!.postgres.start();
      });
    })();
    await using farm = await startFarm({
      backend,
      restoredFrom: { postgres: copy, bearer: before.bearer },
      settings: SETTINGS,
    });
    expect(await lookAgain(farm, before)).toEqual(before.kept);
    await expectToGoOn(farm, before);
  },
);

if (installed !== undefined) {
  test.each(BACKENDS)(
    'a farm on %s that is dumped while it works and restored on an empty server has all it had, ends what was running, runs what was queued, and works',
    async (backend) => {
      await using repository = await makeRepository();
      await using safe = await temporaryFolder('safe');
      const [dump, restore] = await readCommands();
      const before = await (async () => {
        await using old = await startServer(safe, 'old');
        await using farm = await startFarm({ backend, databaseUrl: old.url, settings: SETTINGS });
        return await saveInTheMiddle(farm, repository.url, () => shell(safe, dump, old.url));
      })();
      await using empty = await startServer(safe, 'empty');
      const databaseUrl = new URL('/farm', empty.url).href;
      await shell(safe, restore, databaseUrl);
      await using farm = await startFarm({
        backend,
        databaseUrl,
        restoredFrom: { bearer: before.bearer },
        settings: SETTINGS,
      });
      expect(await lookAgain(farm, before)).toEqual(before.kept);
      await expectToGoOn(farm, before);
    },
  );
}

/** Saves a farm with a finished, a running and a queued job. The old farm goes on and ends them all. */
async function saveInTheMiddle(farm: FarmUnderTest, gitUrl: string, save: () => Promise<void>) {
  await using gate = await makeGate();
  await register(farm.client, 'kept', gitUrl, {
    test: gate.recipe,
    lint: `echo 'src/a.c:3:5: error: boom'; exit 1`,
    build: 'echo built',
  });
  const finished = await queueJob(farm.client, 'kept', { recipe: 'lint' });
  await ended(farm.client, finished);
  const running = await queueJob(farm.client, 'kept');
  await reaches(farm.client, running, 'running');
  const queued = await queueJob(farm.client, 'kept', { recipe: 'build' });
  const kept = await lookAgain(farm, { finished });
  await save();
  gate.open();
  await until(
    'the old farm goes on',
    async () => (await getJob(farm.client, running)).job.status === 'passed',
    30_000,
  );
  await ended(farm.client, queued);
  return { running, queued, finished, kept, bearer: farm.bearer };
}

/** Everything that there is of the finished job. */
async function lookAgain({ client }: FarmUnderTest, { finished }: { finished: string }) {
  return {
    detail: await getJob(client, finished),
    log: await client.readLog(finished),
    findings: await client.call('listFindings', { params: { id: finished } }),
  };
}

async function expectToGoOn(
  farm: FarmUnderTest,
  before: Awaited<ReturnType<typeof saveInTheMiddle>>,
): Promise<void> {
  const lost = await ended(farm.client, before.running);
  expect(lost.job).toMatchObject({ status: 'failed', reason: 'worker_lost' });
  expect(lost.log_tail.at(-1)).toBe(ORPHANED_LINE);
  expect((await ended(farm.client, before.queued)).job).toMatchObject({
    status: 'passed',
    worker: 'worker-1',
  });
  const first = await queueJob(farm.client, 'kept', { recipe: 'build' });
  expect((await ended(farm.client, first)).job.status).toBe('passed');
  await until('health is good', async () => {
    const health = await farm.client.call('getHealth');
    return health.status === 'ok' && health.sweep.invariant_violations === 0;
  });
}

/** An empty server, as somebody installs it. */
async function startServer(folder: TemporaryFolder, name: string) {
  await chmod(folder.path, 0o755); // Programs before version 16 come back to where they were started by its path.
  return startPostgres({ dataDir: join(folder.path, name), binaries: installed!, log: () => {} }); // Where it was found.
}

/** How to dump and how to restore, as people copy it out of the document. */
async function readCommands(): Promise<[dump: string, restore: string]> {
  const document = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const found = /```sh\n(pg_dump [\s\S]+?)\n\n(createdb [\s\S]+?)```/.exec(document);
  if (found === null) throw new Error('docs/operations.md does not say how to dump and restore any more.');
  return [found[1]!, found[2]!]; // Both groups are part of every match.
}

async function shell(folder: TemporaryFolder, commands: string, databaseUrl: string): Promise<void> {
  const { hostname, port, username, password } = new URL(databaseUrl);
  await run('sh', ['-e', '-c', commands], {
    cwd: folder.path,
    env: {
      PATH: `${installed!.folder}/bin:${searchPath()}`, // Where it was found.
      DATABASE_URL: databaseUrl,
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: username,
      PGPASSWORD: password,
    },
    timeout: 60_000,
  });
}
