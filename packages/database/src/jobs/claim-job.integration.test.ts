import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import type { Database } from '../connect.ts';
import {
  addJob,
  addProject,
  addRunningJob,
  claim,
  nextId,
  openFarmDatabase,
  passed,
  WORKER,
} from '../stand-ins/farm-rows.ts';
import { cancelJob } from './cancel-job.ts';
import { claimJob, markPreparing, markStarted, returnAttempt } from './claim-job.ts';
import { findJob, listAttempts } from './find-job.ts';
import { finishAttempt } from './finish-attempt.ts';

const WAIT = { timeout: 20_000, interval: 10 };

const SHA = 'b'.repeat(40);

test('of twenty workers that claim a job at once one gets it, with everything it needs', async () => {
  await using farm = await openFarmDatabase(20);
  const project = await addProject(farm.db, { git_credentials: { username: 'bot', password: 'p4ss' } });
  const jobId = await addJob(farm.db, project);
  const claims = await Promise.all(
    Array.from({ length: 20 }, () =>
      claimJob(farm.db, {
        jobId,
        worker: { ...WORKER, id: nextId() },
        leaseSecs: 30,
        setupSecs: 60,
      }),
    ),
  );
  const won = claims.filter((claimed) => claimed !== null);
  expect(won).toMatchObject([
    {
      id: jobId,
      attempt: 1,
      project: project.name,
      git_credentials: { password: 'p4ss' },
      recipe_snapshot: { command: 'make test' },
    },
  ]);
  expect(await listAttempts(farm.db, jobId)).toMatchObject([
    { number: 1, status: 'running', worker: 'attic-1' },
  ]);
});

test('a delivery that comes twice claims nothing when its project has nothing else queued', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addJob(farm.db, await addProject(farm.db));
  await addJob(farm.db, await addProject(farm.db));
  expect(await claim(farm.db, jobId)).toMatchObject({ id: jobId, attempt: 1 });
  expect(await claim(farm.db, jobId)).toBeNull();
  expect(await claim(farm.db, nextId())).toBeNull();
});

test('whichever delivery comes, the most urgent job of the project goes first', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const priorities = [90, 50, 50, 10, 1];
  const ids: string[] = [];
  for (const priority of priorities) ids.push(await addJob(farm.db, project, { priority }));
  const claimed: string[] = [];
  for (const jobId of ids) claimed.push((await claim(farm.db, jobId))!.id);
  expect(claimed).toEqual([ids[4], ids[3], ids[1], ids[2], ids[0]]);
});

test('a delivery that comes while a job is being noted as delivered is not lost, and takes no less urgent one', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const jobId = await addJob(farm.db, project, { priority: 10 });
  await addJob(farm.db, project, { priority: 50 });
  const noting = await farm.db.startTransaction().execute();
  await sql`update jobs set dispatched_at = now() where id = ${jobId}`.execute(noting);
  const claiming = claim(farm.db, jobId);
  const waits = vi.waitUntil(async () => (await countWaiting(farm.db)) > 0, WAIT);
  await Promise.race([claiming, waits]);
  await noting.commit().execute();
  expect(await claiming).toMatchObject({ id: jobId, attempt: 1 });
});

test('starting writes the commit and sets the deadline of the recipe', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addJob(farm.db, await addProject(farm.db));
  await claim(farm.db, jobId);
  const held = { jobId, attempt: 1, sha: SHA, timeoutSecs: 600 };
  expect(await markStarted(farm.db, held)).toBe('started');
  const job = (await findJob(farm.db, jobId, null))!;
  expect(job.sha).toBe(SHA);
  expect(job.deadline_at!.getTime() - job.started_at!.getTime()).toBe(600_000);
});

test('an attempt whose cancel was asked for meanwhile is told so when it starts', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addJob(farm.db, await addProject(farm.db));
  await claim(farm.db, jobId);
  await cancelJob(farm.db, jobId, 'not needed');
  const held = { jobId, attempt: 1, sha: SHA, timeoutSecs: 600 };
  expect(await markStarted(farm.db, held)).toBe('cancel_requested');
});

test('a superseded attempt can neither prepare nor start nor give back', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addJob(farm.db, await addProject(farm.db));
  await claim(farm.db, jobId);
  expect(await returnAttempt(farm.db, { jobId, attempt: 1, detail: 'draining' })).toBe(true);
  await claim(farm.db, jobId);
  const before = await findJob(farm.db, jobId, null);
  expect(await markPreparing(farm.db, { jobId, attempt: 1 })).toBe(false);
  expect(await markStarted(farm.db, { jobId, attempt: 1, sha: SHA, timeoutSecs: 1 })).toBe('over');
  expect(await returnAttempt(farm.db, { jobId, attempt: 1, detail: 'late' })).toBe(false);
  expect(await findJob(farm.db, jobId, null)).toEqual(before);
});

test('an attempt that was given back leaves the job queued for the next one', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  expect(await returnAttempt(farm.db, { jobId, attempt: 1, detail: 'draining' })).toBe(true);
  expect(await findJob(farm.db, jobId, null)).toMatchObject({
    status: 'queued',
    started_at: null,
    deadline_at: null,
  });
  expect(await claim(farm.db, jobId)).toMatchObject({ attempt: 2 });
  expect(await listAttempts(farm.db, jobId)).toMatchObject([
    { number: 1, status: 'returned', detail: 'draining' },
    { number: 2, status: 'running' },
  ]);
});

test('an attempt that is to be cancelled is not given back to the queue', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await cancelJob(farm.db, jobId, 'not needed');
  expect(await returnAttempt(farm.db, { jobId, attempt: 1, detail: 'draining' })).toBe(false);
  expect(await finishAttempt(farm.db, passed(jobId))).toBe('accepted');
});

/** Statements that wait for a lock on a row of this database. */
async function countWaiting(db: Database): Promise<number> {
  const found = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
  return found.rows.length;
}
