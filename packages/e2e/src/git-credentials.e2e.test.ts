// A password in a git URL is used to fetch, and is seen nowhere else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findTablesWith, watchStatements } from '@crafting-table/dev-services/search-tables';
import { ask } from './ask.ts';
import { ended, logSays, projectBody, queueJob, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { startGitServer, type GitServer } from './git-server.ts';
import { makeGate } from './make-gate.ts';
import { commandLines } from './process-search.ts';
import { connectRedis } from './redis-connection.ts';
import { until } from './until.ts';

const PASSWORD = 'sw0rdf1sh-of-the-forge';

let farm: FarmUnderTest;
let repository: Repository;
let server: GitServer;
beforeAll(async () => {
  repository = await makeRepository({ which: 'before\n' });
  server = await startGitServer(repository, { username: 'ann', password: PASSWORD });
  farm = await startFarm({
    backend: BACKENDS[0]!,
    settings: { CRAFTING_FILE_REMOTES: '0', CRAFTING_CONCURRENCY: '1', CRAFTING_LOG_LEVEL: 'trace' },
  });
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe('a project whose git URL holds a password', () => {
  test('is fetched with it, and nobody is told it', async () => {
    const answers: string[] = [];
    const tell = async (path: string, question = {}) => {
      answers.push((await ask(farm.baseUrl, path, { bearer: farm.bearer, ...question })).text);
    };
    using redis = farm.redisUrl === undefined ? null : await connectRedis(farm.redisUrl);
    await redis?.send('MONITOR');
    const body = projectBody('secret', server.urlWithCredentials, {
      test: 'env; cat .git/config; git remote -v; cat which',
    });
    await tell('/projects', { method: 'POST', body });
    expect(JSON.parse(answers[0]!).git_url).toBe(server.url);
    const id = await queueJob(farm.client, 'secret');
    const seen = watchCommandLines();
    expect((await ended(farm.client, id)).job).toMatchObject({
      status: 'passed',
      sha: repository.git('rev-parse', 'main'),
    });
    expect(server.admitted()).toBeGreaterThan(0);

    for (const path of [
      '/projects',
      '/projects/secret',
      '/jobs',
      `/jobs/${id}`,
      `/jobs/${id}/log`,
      '/admin/audit',
      '/healthz',
    ]) {
      await tell(path);
    }
    await tell(`/jobs/${id}/log/stream`);
    const payloads = redis?.received() ?? '';
    expect(redis === null || payloads.includes(id)).toBe(true); // It really did listen.
    const places = {
      answers: answers.join('\n'),
      logs: farm.logTails() + farm.api.log(),
      payloads,
      processes: seen(),
    };
    expect(
      Object.entries(places)
        .filter(([, text]) => holdsPassword(text))
        .map(([place]) => place),
    ).toEqual([]);
    expect(filesWithPassword(farm.workers[0]!.dataDir)).toEqual([]);
  });

  test.for(BACKENDS)(
    'has it in one table alone, and in no statement, with deliveries through %s',
    async (backend) => {
      await using busy = await startFarm({
        backend,
        settings: { CRAFTING_FILE_REMOTES: '0', CRAFTING_CONCURRENCY: '1' },
      });
      await using gate = await makeGate();
      await using statements = await watchStatements(busy.databaseUrl);
      await register(busy.client, 'secret', server.urlWithCredentials, { test: gate.recipe });
      const ids = [await queueJob(busy.client, 'secret'), await queueJob(busy.client, 'secret')];
      await until('one runs and one waits', async () => {
        const jobs = await Promise.all(ids.map((id) => busy.client.readLog(id)));
        return jobs.filter((log) => log.includes('ready')).length === 1;
      });
      // In the midst of it: deliveries that were taken are gone from the queue.
      expect(await findTablesWith(busy.databaseUrl, PASSWORD)).toEqual(['public.projects']);
      gate.open();
      for (const id of ids) expect((await ended(busy.client, id)).job.status).toBe('passed');
      expect(await findTablesWith(busy.databaseUrl, PASSWORD)).toEqual(['public.projects']);
      expect(statements.seen().join('\n')).toMatch(/\bjobs\b/); // It really did look.
      expect(statements.seen().filter(holdsPassword)).toEqual([]);
    },
  );

  test('whose password is wrong says so without repeating it', async () => {
    const wrong = server.urlWithCredentials.replace(PASSWORD, 'not-the-password');
    await register(farm.client, 'wrong', wrong, { test: 'true' });
    const { job, log_tail } = await ended(farm.client, await queueJob(farm.client, 'wrong'));
    expect(job).toMatchObject({ status: 'failed', reason: 'setup_failed' });
    expect(job.detail).toMatch(/refused the credentials/);
    expect(JSON.stringify([job, log_tail]) + farm.logTails()).not.toContain('not-the-password');
  });

  test('keeps it when it is replaced by what was shown, and loses it with another address', async () => {
    await register(farm.client, 'kept', server.urlWithCredentials, { test: 'true' });
    const replace = (url: string) =>
      farm.client.call('replaceProject', {
        params: { name: 'kept' },
        body: projectBody('kept', url, { test: 'true' }),
      });
    await replace(server.url);
    expect((await ended(farm.client, await queueJob(farm.client, 'kept'))).job.status).toBe('passed');
    await replace(`${server.url}/other`);
    await replace(server.url);
    expect((await ended(farm.client, await queueJob(farm.client, 'kept'))).job).toMatchObject({
      reason: 'setup_failed',
      detail: expect.stringContaining('credentials'),
    });
  });

  test('a branch is pinned to the commit it had when its job was queued, whoever moves it by force then', async () => {
    await using gate = await makeGate();
    const before = repository.git('rev-parse', 'main');
    await register(farm.client, 'held', server.urlWithCredentials, { test: gate.recipe });
    await register(farm.client, 'pinned', server.urlWithCredentials, { test: 'cat which' });
    const blocker = await queueJob(farm.client, 'held');
    await logSays(farm.client, blocker, 'ready');
    const id = await queueJob(farm.client, 'pinned');
    await until('the commit is written down', async () => {
      const { job } = await farm.client.call('getJob', { params: { id } });
      return job.sha === before;
    });
    repository.git('checkout', '--quiet', '--detach');
    repository.forceMove('main', { which: 'after\n' });
    gate.open();
    expect((await ended(farm.client, id)).job).toMatchObject({ status: 'passed', sha: before });
    expect(await farm.client.readLog(id)).toBe('before\n');
  });
});

function holdsPassword(text: string): boolean {
  const forms = [PASSWORD, Buffer.from(`ann:${PASSWORD}`).toString('base64')];
  return forms.some((form) => text.includes(form));
}

/** Looks at every process of the machine again and again until it is asked what it saw. */
function watchCommandLines(): () => string {
  const seen = new Set<string>();
  const look = () =>
    commandLines()
      .split('\n')
      .forEach((line) => seen.add(line));
  const timer = setInterval(look, 5);
  return () => {
    clearInterval(timer);
    return [...seen].join('\n');
  };
}

function filesWithPassword(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => holdsPassword(readFileSync(file, 'latin1')));
}
