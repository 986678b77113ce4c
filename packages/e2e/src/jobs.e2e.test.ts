// What happens among several jobs: who runs first, what a later change reaches, what a retry repeats.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  cancel,
  ended,
  getJob,
  logSays,
  projectBody,
  queueJob,
  queueJobs,
  reaches,
  register,
} from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { makeGate, type Gate } from './make-gate.ts';
import { findRecipeProcesses } from './process-search.ts';
import { until } from './until.ts';

let farm: FarmUnderTest;
let repository: Repository;
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe.each(BACKENDS)('delivered through %s, with several slots,', (backend) => {
  beforeAll(() => open(backend, 4));
  afterAll(close);

  test('fifteen jobs of one project that are queued at once all pass', async () => {
    await register(farm.client, 'fifteen', repository.url, { test: 'cat README.md' });
    const ids = await Promise.all(Array.from({ length: 15 }, () => queueJob(farm.client, 'fifteen')));
    const jobs = await Promise.all(ids.map((id) => ended(farm.client, id)));
    expect(jobs.map(({ job }) => job.status)).toEqual(ids.map(() => 'passed'));
    expect(jobs.map(({ attempts }) => attempts.length)).toEqual(ids.map(() => 1));
  });

  test('a retry makes another attempt on the same commit and recipe, and both logs stay', async () => {
    const { client } = farm;
    await register(client, 'retried', repository.url, {
      test: 'echo "$CRAFTING_COMMIT"; echo "process $$"; exit 3',
    });
    const id = await queueJob(client, 'retried');
    const first = await ended(client, id);
    const firstLog = await client.readLog(id);
    repository.commit({ later: 'x' });
    await client.call('replaceProject', {
      params: { name: 'retried' },
      body: projectBody('retried', repository.url, { test: 'echo another recipe' }),
    });
    await client.call('retryJob', { params: { id } });
    const second = await until('the second attempt ended', async () => {
      const detail = await getJob(client, id);
      return detail.attempts.length === 2 && detail.job.status === 'failed' && detail;
    });
    expect(second.job).toMatchObject({ attempt: 2, sha: first.job.sha, exit_code: 3 });
    expect(await logOf(id, 1)).toBe(firstLog);
    expect(await logOf(id, 2)).toMatch(new RegExp(`^${first.job.sha}\n`));
    expect(await client.readLog(id)).toBe(await logOf(id, 2));
  });

  test('a job that is not finished cannot be retried', async () => {
    await using gate = await makeGate();
    await register(farm.client, 'unfinished', repository.url, { test: gate.recipe });
    const id = await queueJob(farm.client, 'unfinished');
    await expect(farm.client.call('retryJob', { params: { id } })).rejects.toMatchObject({
      problem: { code: 'not_finished' },
    });
    gate.open();
    expect((await ended(farm.client, id)).job.status).toBe('passed');
  });

  test('a recipe that asks for it is tried again after a timeout, three times at most', async () => {
    const subproject = { test: 'sleep 7201', timeout_secs: 1, retry_on: ['timeout' as const] };
    await register(farm.client, 'again', repository.url, subproject);
    const { job, attempts } = await ended(farm.client, await queueJob(farm.client, 'again'));
    expect(job).toMatchObject({ status: 'failed', reason: 'timeout', attempt: 3 });
    expect(attempts.map(({ status, reason }) => ({ status, reason }))).toEqual(
      Array.from({ length: 3 }, () => ({ status: 'failed', reason: 'timeout' })),
    );
  });

  test('"all" queues every declared recipe of every subproject, in their order', async () => {
    await farm.client.call('registerProject', {
      body: {
        name: 'many',
        git_url: repository.url,
        subprojects: [
          { path: '.', language: 'shell', test: 'true', build: 'true' },
          { path: 'a', language: 'shell', lint: 'true', test: 'true' },
        ],
      },
    });
    const shown = (jobs: { recipe: string; subproject: string }[]) =>
      jobs.map((job) => `${job.subproject} ${job.recipe}`);
    const all = await queueJobs(farm.client, 'many', { recipe: 'all' });
    expect(shown(all)).toEqual(['. build', '. test', 'a test', 'a lint']);
    expect(shown(await queueJobs(farm.client, 'many', {}))).toEqual(['. test', 'a test']);
    expect(shown(await queueJobs(farm.client, 'many', { subproject: 'a' }))).toEqual(['a test']);
    const wishes = [{ subproject: 'b' }, { recipe: 'audit' as const }];
    const refusals = await Promise.all(
      wishes.map((wish) => queueJobs(farm.client, 'many', wish).catch((fault) => fault.problem.code)),
    );
    expect(refusals).toEqual(['subproject_unknown', 'recipe_not_declared']);
    await Promise.all(all.map(({ job_id }) => ended(farm.client, job_id)));
  });

  test('a project that is removed takes its running job with it', async () => {
    await register(farm.client, 'removed', repository.url, { test: 'echo ready; sleep 7202' });
    const id = await queueJob(farm.client, 'removed');
    await logSays(farm.client, id, 'ready');
    await farm.client.call('removeProject', { params: { name: 'removed' } });
    await until('its processes are gone', () => findRecipeProcesses([`.${id}.`]).length === 0);
    await until('the job is gone', () => getJob(farm.client, id).then(() => false, isNotFound));
    await register(farm.client, 'removed', repository.url, { test: 'true' });
    expect((await ended(farm.client, await queueJob(farm.client, 'removed'))).job.status).toBe('passed');
  });

  test('a job that runs keeps the recipe it was created with', async () => {
    await using gate = await makeGate();
    await register(farm.client, 'edited', repository.url, { test: gate.recipe });
    const id = await queueJob(farm.client, 'edited');
    await logSays(farm.client, id, 'ready');
    await farm.client.call('replaceProject', {
      params: { name: 'edited' },
      body: projectBody('edited', repository.url, { test: 'exit 9' }),
    });
    gate.open();
    expect((await ended(farm.client, id)).job).toMatchObject({
      status: 'passed',
      recipe_snapshot: { command: gate.recipe },
    });
    expect((await ended(farm.client, await queueJob(farm.client, 'edited'))).job.exit_code).toBe(9);
  });
});

describe.each(BACKENDS)('delivered through %s, with one slot that is taken,', (backend) => {
  let gate: Gate;
  let blocker: string;
  beforeAll(() => open(backend, 1));
  afterAll(close);

  beforeEach(async ({ task, onTestFinished }) => {
    gate = await makeGate();
    onTestFinished(() => gate[Symbol.asyncDispose]());
    await register(farm.client, `blocker-${task.id}`, repository.url, { test: gate.recipe });
    blocker = await queueJob(farm.client, `blocker-${task.id}`);
    await logSays(farm.client, blocker, 'ready');
  });

  test('a queued job is cancelled at once and never runs', async () => {
    await register(farm.client, 'cancelled', repository.url, { test: 'true' });
    const id = await queueJob(farm.client, 'cancelled');
    expect(await cancel(farm.client, id)).toMatchObject({
      status: 'cancelled',
      reason: 'cancelled',
      attempt: 0,
    });
    gate.open();
    await ended(farm.client, blocker);
    await register(farm.client, 'after', repository.url, { test: 'true' });
    await ended(farm.client, await queueJob(farm.client, 'after')); // The cancelled one's turn has passed.
    expect(await getJob(farm.client, id)).toMatchObject({
      job: { status: 'cancelled' },
      attempts: [],
      log_tail: [],
    });
  });

  test('the jobs of a project start in the order of their priorities', async () => {
    await register(farm.client, 'ordered', repository.url, { test: 'true' });
    const priorities = [90, 50, 50, 10, 1];
    const ids: string[] = [];
    for (const priority of priorities) ids.push(await queueJob(farm.client, 'ordered', { priority }));
    gate.open();
    const jobs = await Promise.all(ids.map((id) => ended(farm.client, id)));
    const order = ids.toSorted((a, b) => startOf(a) - startOf(b));
    expect(order).toEqual([ids[4], ids[3], ids[1], ids[2], ids[0]]);

    function startOf(id: string): number {
      return Date.parse(jobs[ids.indexOf(id)]!.job.started_at!);
    }
  });

  test('a branch that moves by force while its job waits runs as it is at the claim, and says so', async () => {
    repository.git('branch', '--force', 'moving', 'main');
    await register(farm.client, 'moved', repository.url, { test: 'cat which' });
    const before = repository.forceMove('moving', { which: 'before\n' });
    const byName = await queueJob(farm.client, 'moved', { ref: 'moving' });
    const byCommit = await queueJob(farm.client, 'moved', { sha: before });
    const after = repository.forceMove('moving', { which: 'after\n' });
    gate.open();
    expect((await ended(farm.client, byName)).job).toMatchObject({ status: 'passed', sha: after });
    expect(await farm.client.readLog(byName)).toBe('after\n');
    expect((await ended(farm.client, byCommit)).job).toMatchObject({ status: 'passed', sha: before });
    expect(await farm.client.readLog(byCommit)).toBe('before\n');
  });

  test('a job that waits keeps the recipe it was created with', async () => {
    await register(farm.client, 'waiting', repository.url, { test: 'echo first' });
    const id = await queueJob(farm.client, 'waiting');
    await farm.client.call('replaceProject', {
      params: { name: 'waiting' },
      body: projectBody('waiting', repository.url, { test: 'exit 9' }),
    });
    gate.open();
    expect((await ended(farm.client, id)).job.status).toBe('passed');
    expect(await farm.client.readLog(id)).toBe('first\n');
  });

  test('a job that waits for a slot does not start before one is free', async () => {
    await register(farm.client, 'patient', repository.url, { test: 'true' });
    const id = await queueJob(farm.client, 'patient');
    expect((await farm.client.call('getHealth')).queue).toMatchObject({ running: 1, queued: 1 });
    gate.open();
    const { job } = await ended(farm.client, id);
    const first = await reaches(farm.client, blocker, 'passed');
    expect(Date.parse(job.claimed_at!)).toBeGreaterThanOrEqual(Date.parse(first.finished_at!));
  });
});

async function open(backend: (typeof BACKENDS)[number], slots: number): Promise<void> {
  repository = await makeRepository();
  farm = await startFarm({ backend, settings: { CRAFTING_CONCURRENCY: String(slots) } });
}

async function close(): Promise<void> {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
}

async function logOf(id: string, attempt: number): Promise<string> {
  const answer = await fetch(new URL(`/jobs/${id}/log?attempt=${attempt}`, farm.baseUrl), {
    headers: { authorization: `Bearer ${farm.bearer}` },
  });
  return answer.text();
}

function isNotFound(fault: { problem?: { code: string } }): boolean {
  return fault.problem?.code === 'not_found';
}
