// What the people see and do who run a farm: its numbers, its workers, why a job waits, whose log line belongs to which
// request, and what is kept.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Why } from '@crafting-table/contracts/why';
import { ask } from './ask.ts';
import { ended, getJob, queueJob, reaches, register } from './farm-calls.ts';
import { BACKENDS, startFarm, type FarmUnderTest, type Member } from './farm-under-test.ts';
import type { FarmProcess, LogEntry } from './farm-process.ts';
import { makeRepository, type Repository } from './git-fixture.ts';
import { makeGate } from './make-gate.ts';
import { until } from './until.ts';

const MISSING = '01890000-0000-7000-8000-000000000000';

let farm: FarmUnderTest;
let repository: Repository;
let ann: Member;
let bob: Member;
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(farm.logTails())));
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  await repository[Symbol.asyncDispose]();
});
beforeAll(async () => {
  repository = await makeRepository();
  const settings = { CRAFTING_CONCURRENCY: '2', CRAFTING_RENEW_SECS: '0.5', CRAFTING_LOG_LEVEL: 'debug' };
  farm = await startFarm({ backend: BACKENDS[0]!, settings });
  [ann, bob] = [await farm.mint('ann'), await farm.mint('bob')];
  await register(ann.client, 'anns', repository.url, { test: 'true', lint: 'exit 3' });
});

describe('/metrics', () => {
  test('needs no bearer, and tells what ended, what waits and how long it took', async () => {
    await ended(ann.client, await queueJob(ann.client, 'anns'));
    await ended(ann.client, await queueJob(ann.client, 'anns', { recipe: 'lint' }));
    const { text, headers } = await ask(farm.baseUrl, '/metrics');
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const value = (sample: string) => Number(readSamples(text).get(sample));
    expect(value('crafting_database_up')).toBe(1);
    expect(value('crafting_queue_up')).toBe(1);
    expect(value('crafting_jobs_ended_total{recipe="test",status="passed",reason="exit"}')).toBe(1);
    expect(value('crafting_jobs_ended_total{recipe="lint",status="failed",reason="exit"}')).toBe(1);
    expect(value('crafting_job_run_seconds_count{recipe="lint",status="failed"}')).toBe(1);
    expect(value('crafting_job_wait_seconds_bucket{recipe="test",le="+Inf"}')).toBe(1);
    expect(value('crafting_workers')).toBe(1);
    expect(value('crafting_sweep_age_seconds')).toBeLessThan(10);
    expect(value('crafting_invariant_violations')).toBe(0);
    for (const table of ['log_chunks', 'digests', 'outbox', 'audit']) {
      expect(value(`crafting_table_bytes{table="${table}"}`)).toBeGreaterThan(0);
    }
    expect(value('crafting_open_findings{severity="high"}')).toBe(0);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(
      value('crafting_http_request_duration_seconds_count{method="POST",route="createJob",status="202"}'),
    ).toBe(2);
  });

  test('names no project, no job and no path', async () => {
    await ask(farm.baseUrl, '/no/such/path-of-a-stranger', ann);
    const { text } = await ask(farm.baseUrl, '/metrics');
    expect(text).not.toMatch(/anns|path-of-a-stranger|[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });
});

test('/metrics answers while Postgres is away, and says so, whether that refuses or stands still', async () => {
  await using lonely = await startFarm({
    backend: 'postgres',
    workers: 0,
    ownStores: true,
    expectsTrouble: true,
  });
  const isUp = async () =>
    readSamples((await ask(lonely.baseUrl, '/metrics')).text).get('crafting_database_up');
  expect(await isUp()).toBe('1');
  lonely.stores!.postgres.freeze();
  await until('silence is told', async () => (await isUp()) === '0', 15_000);
  lonely.stores!.postgres.thaw();
  await until('the return is told', async () => (await isUp()) === '1', 15_000);
  await lonely.stores!.postgres.stop();
  await until('the outage is told', async () => (await isUp()) === '0');
  await lonely.stores!.postgres.start();
  await until('the return is told', async () => (await isUp()) === '1', 15_000);
});

describe('a worker', () => {
  test('that is drained takes nothing new, finishes what it is at, and takes work again when it is told to', async () => {
    await using gate = await makeGate();
    await register(ann.client, 'drained', repository.url, { test: gate.recipe });
    const running = await queueJob(ann.client, 'drained');
    await reaches(ann.client, running, 'running');
    const { id } = farm.workers[0]!;
    const drained = await farm.client.call('drainWorker', { params: { id } });
    expect(drained.drain_requested_at).not.toBeNull();
    await until('the worker drains', async () => (await workerOf(farm))?.draining);
    const waiting = await queueJob(ann.client, 'drained');
    const why = await explained(ann, waiting, 'draining');
    expect(why.summary).toContain('draining: worker-1');
    expect(why.workers).toMatchObject([{ state: 'draining', busy: 1, busy_with: [{ job_id: running }] }]);
    gate.open();
    expect((await ended(ann.client, running)).job.status).toBe('passed');
    expect((await getJob(ann.client, waiting)).job.status).toBe('queued');
    expect((await farm.client.call('resumeWorker', { params: { id } })).drain_requested_at).toBeNull();
    expect((await ended(ann.client, waiting)).job.status).toBe('passed');
    const { entries } = await farm.client.call('listAudit', { query: { limit: 2 } });
    expect(entries).toMatchObject([
      { actor: 'admin', action: 'worker.resume', subject: 'worker-1' },
      { actor: 'admin', action: 'worker.drain', subject: 'worker-1' },
    ]);
  });

  test('is shown with what it is at, and to others only as busy', async () => {
    await using gate = await makeGate();
    await register(ann.client, 'watched', repository.url, { test: gate.recipe });
    const id = await queueJob(ann.client, 'watched');
    await reaches(ann.client, id, 'running');
    await until('the worker says that it is busy', async () => ((await workerOf(farm))?.busy ?? 0) > 0);
    const seenBy = async (member: Member) => (await member.client.call('listWorkers')).workers[0];
    expect(await seenBy(ann)).toMatchObject({
      alive: true,
      busy: 1,
      busy_with: [{ job_id: id, project: 'watched' }],
    });
    expect(await seenBy(farm)).toMatchObject({ busy_with: [{ job_id: id }] });
    expect(await seenBy(bob)).toMatchObject({ busy: 1, busy_with: [] });
    expect((await seenBy(bob))?.rss_bytes).toBeGreaterThan(1e6);
    gate.open();
    await ended(ann.client, id);
  });

  test('that is not there is not found', async () => {
    const drain = farm.client.call('drainWorker', { params: { id: MISSING } });
    await expect(drain).rejects.toMatchObject({ problem: { code: 'not_found' } });
  });
});

describe('why', () => {
  test('tells who comes first, what the slots are busy with, and when a job will start', async () => {
    await using gate = await makeGate();
    await register(ann.client, 'crowded', repository.url, { test: gate.recipe, build: 'true' });
    await register(bob.client, 'bobs', repository.url, { test: gate.recipe });
    const busy = [await queueJob(ann.client, 'crowded'), await queueJob(bob.client, 'bobs')];
    for (const id of busy) await reaches(farm.client, id, 'running');
    await queueJob(bob.client, 'bobs');
    await queueJob(ann.client, 'crowded', { recipe: 'build' });
    const late = await queueJob(ann.client, 'crowded', { recipe: 'build', priority: 90 });
    const why = await explained(ann, late, 'slots_busy');
    expect(why.causes.map(({ cause }) => cause)).toEqual([
      'slots_busy',
      'own_project_first',
      'other_projects_first',
    ]);
    expect(why.place).toMatchObject({ priority: 90, ahead_in_project: 1 });
    expect(why.workers).toMatchObject([
      { state: 'busy', slots: 2, busy: 2, busy_with: [{ job_id: busy[0] }], busy_with_others: 1 },
    ]);
    expect(JSON.stringify(why)).not.toContain('bobs');
    gate.open();
    await ended(ann.client, late);
    const after = await ann.client.call('explainJob', { params: { id: late } });
    expect(after).toMatchObject({ status: 'passed', causes: [], place: null, estimate: null });
    expect(after.summary).toBe('It does not wait: it ended as passed (exit).');
  });

  test('tells that nobody takes work when no worker is alive', async () => {
    await using lonely = await startFarm({ backend: 'postgres', workers: 0 });
    await register(lonely.client, 'lonely', repository.url, { test: 'true' });
    const id = await queueJob(lonely.client, 'lonely');
    const why = await lonely.client.call('explainJob', { params: { id } });
    expect(why.causes[0]?.cause).toBe('no_worker');
    expect(why.estimate).toBeNull();
  });
});

describe('log lines', () => {
  const TRACE = '0af7651916cd43dd8448eb211c80319c';

  test('of the API and of the worker belong to the trace of the request that queued the job', async () => {
    const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01`, 'x-request-id': 'mine-1' };
    const body = { recipe: 'test' };
    const answer = await ask(farm.baseUrl, '/projects/anns/jobs', {
      method: 'POST',
      bearer: ann.bearer,
      headers,
      body,
    });
    expect(answer.headers.get('x-request-id')).toBe('mine-1');
    const { job_id } = JSON.parse(answer.text);
    await ended(ann.client, job_id);
    const told = await until(
      'the API tells of the request',
      () => linesWith(farm.api, 'request_id', 'mine-1')[0],
    );
    expect(told).toMatchObject({
      msg: 'answered',
      route: 'createJob',
      status: 202,
      caller: 'ann',
      trace_id: TRACE,
    });
    expect(told['parent_span_id']).toBe('b7ad6b7169203331');
    const lines = await until('the worker tells of the attempt', () => {
      const found = linesWith(farm.workers[0]!, 'job_id', job_id).filter(({ msg }) =>
        msg.startsWith('an attempt'),
      );
      return found.length === 2 && found;
    });
    expect(lines.map(({ msg }) => msg)).toEqual(['an attempt begins', 'an attempt ended']);
    for (const line of lines) {
      expect(line).toMatchObject({ trace_id: TRACE, parent_span_id: told['span_id'], attempt: 1 });
    }
  });

  test('have ids of their own where the request brings none, or what is none', async () => {
    const ids = new Set<string | null>();
    for (const given of [undefined, 'a b', 'x'.repeat(300)]) {
      const { headers } = await ask(
        farm.baseUrl,
        '/healthz',
        given === undefined ? {} : { headers: { 'x-request-id': given } },
      );
      ids.add(headers.get('x-request-id'));
    }
    expect(ids.size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('hold no bearer', () => {
    for (const process of [farm.api, ...farm.workers]) {
      for (const { bearer } of [farm, ann, bob]) expect(process.log()).not.toContain(bearer);
    }
  });
});

describe('retention', () => {
  test('says in a dry run what it would remove, removes it when told to, and the audit log says what went', async () => {
    await ann.client.call('registerProject', {
      body: {
        name: 'thrifty',
        git_url: repository.url,
        subprojects: [{ path: '.', language: 'shell', build: 'echo built' }],
        retention: { job_count: 1, log_count: 1 },
      },
    });
    const ids: string[] = [];
    for (let count = 0; count < 3; count++) {
      ids.push(await queueJob(ann.client, 'thrifty', { recipe: 'build', ref: `refs/heads/main` }));
      await ended(ann.client, ids.at(-1)!);
    }
    const run = (dry_run: boolean) =>
      farm.client.call('runRetention', { body: { project: 'thrifty', dry_run } });
    const would = await run(true);
    expect(would.removed).toEqual([
      { kind: 'jobs', project: 'thrifty', worker: null, count: 2, bytes: null },
    ]);
    expect((await ann.client.call('listJobs', { query: { project: 'thrifty' } })).jobs).toHaveLength(3);
    expect((await run(false)).removed).toEqual(would.removed);
    expect((await ann.client.call('listJobs', { query: { project: 'thrifty' } })).jobs).toMatchObject([
      { id: ids[2] },
    ]);
    const { entries } = await farm.client.call('listAudit', { query: { limit: 5 } });
    expect(entries).toContainEqual(
      expect.objectContaining({
        actor: 'admin',
        action: 'retention.jobs',
        subject: 'thrifty',
        detail: { count: 2 },
      }),
    );
    expect((await run(false)).removed).toEqual([]);
  });
});

async function explained(member: Member, id: string, cause: Why['causes'][number]['cause']): Promise<Why> {
  return until(`job ${id} waits because of ${cause}`, async () => {
    const why = await member.client.call('explainJob', { params: { id } });
    return why.causes.some((each) => each.cause === cause) && why;
  });
}

async function workerOf({ client, workers }: FarmUnderTest) {
  return (await client.call('listWorkers')).workers.find(({ id }) => id === workers[0]!.id);
}

/** `name{label="…"}` → value. */
function readSamples(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  );
}

function linesWith(process: FarmProcess, field: string, value: string): LogEntry[] {
  return process
    .log()
    .split('\n')
    .filter((line) => line.includes(`"${field}":"${value}"`))
    .map((line): LogEntry => JSON.parse(line));
}
