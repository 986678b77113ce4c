// Workers that die, freeze or are told to stop, and stores that go away: nothing is lost, nothing is done twice.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ORPHANED_LINE } from '@crafting-table/contracts/words';
import { testRedisUrl } from '@crafting-table/dev-services/config';
import { ask } from './ask.ts';
import { countExecutions } from './count-executions.ts';
import { cancel, ended, getJob, logSays, queueJob, reaches, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest, type Worker } from './farm-under-test.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { makeGate } from './make-gate.ts';
import { findProcessesCalled } from './process-search.ts';
import { connectRedis } from './redis-connection.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

/** Short enough for a test, and each many times what the work behind it takes. */
const SETTINGS = {
  CRAFTING_LEASE_SECS: '3',
  CRAFTING_RENEW_SECS: '0.5',
  CRAFTING_LOST_GRACE_SECS: '1',
  CRAFTING_DEADLINE_GRACE_SECS: '1',
  CRAFTING_SWEEP_SECS: '0.25',
  CRAFTING_CONCURRENCY: '2',
};
/** The promise is a second, which the scenarios of chaos measure; a machine that is busy with tests takes longer. */
const ANSWER_MS = 5_000;

let farm: FarmUnderTest;
let repository: Repository;
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));

describe.each(BACKENDS)('workers of a farm on %s', (backend) => {
  beforeAll(() => open({ backend, workers: 2, settings: SETTINGS, expectsTrouble: true }));
  afterAll(close);

  test('share the jobs, each with a data folder of its own', async () => {
    await using gate = await makeGate();
    await register(farm.client, 'shared', repository.url, { test: gate.recipe });
    const ids = await Promise.all(Array.from({ length: 4 }, () => queueJob(farm.client, 'shared')));
    const running = await Promise.all(ids.map((id) => reaches(farm.client, id, 'running')));
    expect(new Set(running.map((job) => job.worker))).toEqual(new Set(['worker-1', 'worker-2']));
    gate.open();
    const jobs = await Promise.all(ids.map((id) => ended(farm.client, id)));
    expect(jobs.map(({ job }) => job.status)).toEqual(ids.map(() => 'passed'));
  });

  test('that are killed lose their job, which says so, and nothing of its recipe lives on', async () => {
    await register(farm.client, 'orphaned', repository.url, {
      test: 'printf ready; setsid sleep 7401 & sleep 7401',
    });
    const id = await queueJob(farm.client, 'orphaned');
    await logSays(farm.client, id, 'ready');
    const killed = await workerOf(id);
    await killed.kill('SIGKILL');
    await until('nothing of the recipe runs', () => findProcessesCalled('sleep 7401').length === 0);
    const { job, log_tail } = await ended(farm.client, id);
    expect(job).toMatchObject({ status: 'failed', reason: 'worker_lost', exit_code: -1, attempt: 1 });
    expect(await farm.client.readLog(id)).toBe(`ready\n${ORPHANED_LINE}\n`);
    expect(log_tail.at(-1)).toBe(ORPHANED_LINE);

    const left = () =>
      readdirSync(join(killed.dataDir, 'workspaces')).filter((name) => name.includes(killed.id));
    expect(left()).not.toEqual([]);
    await farm.addWorker({ CRAFTING_DATA_DIR: killed.dataDir });
    await until('the next worker of the host clears up', () => left().length === 0);
  });

  test('that are killed lose their job to another one where the recipe asks for that', async () => {
    await using executions = await countExecutions();
    await using outside = await temporaryFolder('outside');
    await register(farm.client, 'retried', repository.url, {
      test: `${executions.recipe}; ${firstTimeOnly('sleep 7402')}`,
      retry_on: ['worker_lost'],
      env: { OUTSIDE: outside.path },
    });
    const id = await queueJob(farm.client, 'retried');
    await logSays(farm.client, id, 'ready');
    await (await workerOf(id)).kill('SIGKILL');
    const { job, attempts } = await ended(farm.client, id);
    expect(job).toMatchObject({ status: 'passed', reason: 'exit', attempt: 2 });
    expect(attempts.map(({ reason, exit_code }) => ({ reason, exit_code }))).toEqual([
      { reason: 'worker_lost', exit_code: -1 },
      { reason: 'exit', exit_code: 0 },
    ]);
    expect(await executions.list()).toEqual([id, id]);
    await farm.addWorker();
  });

  test('that freeze are given up, and change nothing when they come back', async () => {
    await register(farm.client, 'frozen', repository.url, { test: 'echo ready; sleep 7403' });
    const id = await queueJob(farm.client, 'frozen');
    await logSays(farm.client, id, 'ready');
    const frozen = await workerOf(id);
    await frozen.kill('SIGSTOP');
    const { job } = await ended(farm.client, id);
    expect(job).toMatchObject({ status: 'failed', reason: 'worker_lost', exit_code: -1 });
    await frozen.kill('SIGCONT');
    await until('the worker ends what it lost', () => findProcessesCalled('sleep 7403').length === 0);
    expect((await getJob(farm.client, id)).job).toEqual(job);
    expect(await farm.client.readLog(id)).toBe(`ready\n${ORPHANED_LINE}\n`);
  });

  test('that freeze hold up neither a cancel nor a time limit', async () => {
    await register(farm.client, 'deaf', repository.url, { test: 'echo ready; sleep 7404' });
    const [cancelled, late] = [
      await queueJob(farm.client, 'deaf'),
      await queueJob(farm.client, 'deaf', { timeout_secs: 1 }),
    ];
    await Promise.all([cancelled, late].map((id) => logSays(farm.client, id, 'ready')));
    const frozen = new Set([await workerOf(cancelled), await workerOf(late)]);
    for (const worker of frozen) await worker.kill('SIGSTOP');
    await cancel(farm.client, cancelled);
    expect((await ended(farm.client, cancelled)).job).toMatchObject({
      status: 'cancelled',
      reason: 'cancelled',
    });
    expect((await ended(farm.client, late)).job).toMatchObject({ status: 'failed', reason: 'timeout' });
    for (const worker of frozen) await worker.kill('SIGCONT');
    await until('the workers end what they lost', () => findProcessesCalled('sleep 7404').length === 0);
  });

  test('that are told to stop bring their jobs to the end and take no more', async () => {
    await using gate = await makeGate();
    await register(farm.client, 'drained', repository.url, { test: gate.recipe });
    const id = await queueJob(farm.client, 'drained');
    await logSays(farm.client, id, 'ready');
    const stopped = await workerOf(id);
    await stopped.kill('SIGTERM');
    await until('it is seen to drain', async () => {
      const { workers } = await farm.client.call('getHealth');
      return workers.find(({ name }) => name === stopped.name)?.draining;
    });
    const next = await queueJob(farm.client, 'drained');
    await logSays(farm.client, next, 'ready');
    expect((await getJob(farm.client, next)).job.worker).not.toBe(stopped.name);
    gate.open();
    expect((await ended(farm.client, id)).job).toMatchObject({
      status: 'passed',
      attempt: 1,
      worker: stopped.name,
    });
    expect((await ended(farm.client, next)).job.status).toBe('passed');
    expect(await stopped.ended).toBe('exit code 0');
  });

  test('that are told to stop give back what takes too long, and another one runs it', async () => {
    const hasty = await farm.addWorker({ CRAFTING_DRAIN_SECS: '1' });
    await using outside = await temporaryFolder('outside');
    await register(farm.client, 'returned', repository.url, {
      test: firstTimeOnly('sleep 7405'),
      env: { OUTSIDE: outside.path },
    });
    const others = farm.workers.filter((worker) => worker !== hasty && !worker.hasEnded());
    for (const worker of others) await worker.kill('SIGTERM');
    await Promise.all(others.map((worker) => worker.ended));
    const id = await queueJob(farm.client, 'returned');
    await logSays(farm.client, id, 'ready');
    await hasty.kill('SIGTERM');
    expect(await hasty.ended).toBe('exit code 0');
    expect(findProcessesCalled('sleep 7405')).toEqual([]);
    expect((await getJob(farm.client, id)).job.status).toBe('queued');
    const taker = await farm.addWorker();
    const { job, attempts } = await ended(farm.client, id);
    expect(job).toMatchObject({ status: 'passed', attempt: 2, worker: taker.name });
    expect(attempts.map(({ status }) => status)).toEqual(['returned', 'passed']);
  });

  test('leave no row behind that breaks an invariant', async () => {
    const health = await until('the sweep looked again', async () => {
      const found = await farm.client.call('getHealth');
      return (found.sweep.age_secs ?? Infinity) < 2 && found;
    });
    expect(health.sweep.invariant_violations).toBe(0);
  });
});

describe.runIf(testRedisUrl() !== undefined)('a farm whose stores go away', () => {
  // Without Postgres nobody can renew: a lease must outlive an outage that is too short for the sweep to notice it.
  const settings = { ...SETTINGS, CRAFTING_LEASE_SECS: '10' };
  beforeAll(() => open({ backend: 'redis', ownStores: true, settings, expectsTrouble: true }));
  afterAll(close);

  test('nothing is lost or doubled when Redis is emptied', async () => {
    await using busy = await makeBusy('emptied');
    using connection = await connectRedis(farm.redisUrl!); // This farm delivers through Redis.
    await connection.send('FLUSHALL');
    expect(await busy.end()).toEqual(busy.executedOnce());
  });

  test('nothing is lost or doubled when Redis is killed and comes back empty, and a POST never waits for it', async () => {
    await using busy = await makeBusy('killed');
    const { redis } = farm.stores!; // This farm was started with stores of its own.
    await redis.kill();
    const startedAt = performance.now();
    await busy.queueAnother();
    expect(performance.now() - startedAt).toBeLessThan(ANSWER_MS);
    expect((await farm.client.call('getHealth')).backends.queue_reachable).toBe(false);
    await redis.startEmpty();
    expect(await busy.end()).toEqual(busy.executedOnce());
  });

  test('a job goes on while Postgres is restarted, and its log arrives whole', async () => {
    await using gate = await makeGate();
    await using outside = await temporaryFolder('outside');
    const talk = 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "line $i"; sleep 0.01; done';
    await register(farm.client, 'talking', repository.url, {
      test: `(echo ready; ${talk}; ${gate.recipe}) | tee "$OUTSIDE/log"`,
      env: { OUTSIDE: outside.path },
    });
    const id = await queueJob(farm.client, 'talking');
    await logSays(farm.client, id, 'ready');
    const { postgres } = farm.stores!; // As above.
    await postgres.stop();
    const answer = await until('the API says that its database is away', async () => {
      const startedAt = performance.now();
      const got = await ask(farm.baseUrl, `/jobs/${id}`, farm);
      return { ...got, tookMs: performance.now() - startedAt };
    });
    expect(answer).toMatchObject({ status: 503 });
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'database_away', status: 503 });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.tookMs).toBeLessThan(ANSWER_MS);
    for (const path of ['/healthz', '/projects', `/jobs/${id}/log`]) {
      expect(await ask(farm.baseUrl, path, farm)).toMatchObject({ status: 503 });
    }
    await until('the recipe has said all', async () =>
      (await readFile(join(outside.path, 'log'), 'utf8')).includes('line 300'),
    );
    await postgres.start();
    gate.open();
    const { job } = await ended(farm.client, id);
    expect(job).toMatchObject({ status: 'passed', attempt: 1 });
    expect(await farm.client.readLog(id)).toBe(await readFile(join(outside.path, 'log'), 'utf8'));
  });

  test('a job that ends while Postgres is away has its result and findings afterwards', async () => {
    await using gate = await makeGate();
    await using executions = await countExecutions();
    const recipe = `${gate.recipe}; echo 'src/a.c:1:2: error: boom'; ${executions.recipe}; exit 7`;
    await register(farm.client, 'ending', repository.url, { test: recipe });
    const id = await queueJob(farm.client, 'ending');
    await logSays(farm.client, id, 'ready');
    const { postgres } = farm.stores!; // As above.
    await postgres.stop();
    gate.open();
    await until('the recipe ended', async () => (await executions.list()).includes(id));
    await postgres.start();
    const { job } = await ended(farm.client, id);
    expect(job).toMatchObject({
      status: 'failed',
      reason: 'exit',
      exit_code: 7,
      attempt: 1,
      findings_count: 1,
    });
  });

  test('an API whose Postgres stands still says so within a second, and works once that goes on', async () => {
    const { postgres } = farm.stores!; // As above.
    const askTimed = async () => {
      const startedAt = performance.now();
      const answer = await ask(farm.baseUrl, '/projects', farm);
      return { ...answer, tookMs: performance.now() - startedAt };
    };
    postgres.freeze();
    try {
      for (const answer of [await askTimed(), await askTimed()]) {
        expect(answer).toMatchObject({ status: 503 });
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(answer.tookMs).toBeLessThan(ANSWER_MS);
      }
    } finally {
      postgres.thaw();
    }
    await until('the farm is well', async () => (await farm.client.call('getHealth')).status === 'ok');
  });

  test('the API starts without Postgres, says so, and works once that is back', async () => {
    const { postgres } = farm.stores!; // As above.
    await postgres.stop();
    await farm.restartApi();
    expect(await ask(farm.baseUrl, '/healthz')).toMatchObject({ status: 503 });
    await postgres.start();
    await until('the farm is well', async () => (await farm.client.call('getHealth')).status === 'ok');
  });

  test('a reader of a log goes on where it was when the API is started again', async () => {
    await using gate = await makeGate();
    await register(farm.client, 'read', repository.url, { test: gate.recipe });
    const id = await queueJob(farm.client, 'read');
    let lastEventId = '';
    for await (const event of farm.client.followLog(id)) {
      lastEventId = event.id ?? '';
      if (event.event === 'log') break;
    }
    await farm.restartApi();
    gate.open();
    const rest = await Array.fromAsync(farm.client.followLog(id, { lastEventId }));
    expect(rest.map(({ event, data }) => (event === 'log' ? data : event))).toEqual([
      { text: 'released\n' },
      'end',
    ]);
  });
});

type Busy = AsyncDisposable & {
  queueAnother(): Promise<void>;
  /** Lets all jobs end; how they did, and which were executed, however often, by their ids. */
  end(): Promise<EndOfBusy>;
  /** What end() gives when nothing was lost and nothing was done twice. */
  executedOnce(): EndOfBusy;
};
type EndOfBusy = { ends: string[]; executions: string[] };

/** A project with two jobs that run, for as long as is wanted, and six that wait. */
async function makeBusy(project: string): Promise<Busy> {
  await using made = new AsyncDisposableStack();
  const gate = made.use(await makeGate());
  const executions = made.use(await countExecutions());
  await register(farm.client, project, repository.url, { test: `${executions.recipe}; ${gate.recipe}` });
  const ids = await Promise.all(Array.from({ length: 8 }, () => queueJob(farm.client, project)));
  await until('both slots are taken', async () => (await executions.list()).length === 2);
  const kept = made.move();
  return {
    async queueAnother() {
      ids.push(await queueJob(farm.client, project));
    },
    async end() {
      gate.open();
      const jobs = await Promise.all(ids.map((id) => ended(farm.client, id)));
      const ends = jobs.map(({ job }) => `${job.status} at attempt ${job.attempt}`);
      return { ends, executions: (await executions.list()).toSorted() };
    },
    executedOnce: () => ({ ends: ids.map(() => 'passed at attempt 1'), executions: ids.toSorted() }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Says `ready` and does it the first time; later does nothing. */
function firstTimeOnly(command: string): string {
  return `if mkdir "$OUTSIDE/done" 2>/dev/null; then echo ready; ${command}; fi`;
}

async function workerOf(jobId: string): Promise<Worker> {
  const { job } = await getJob(farm.client, jobId);
  return farm.workers.findLast((worker) => worker.name === job.worker)!; // A running job names its worker.
}

async function open(options: Parameters<typeof startFarm>[0]): Promise<void> {
  repository = await makeRepository();
  farm = await startFarm(options);
}

async function close(): Promise<void> {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
}
