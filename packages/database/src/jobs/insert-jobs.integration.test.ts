import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Database } from '../connect.ts';
import { removeProject, type ProjectRow } from '../projects.ts';
import { addJob, addProject, claim, newJob, openFarmDatabase, passed } from '../stand-ins/farm-rows.ts';
import { findUndelivered } from './dispatch-queries.ts';
import { finishAttempt } from './finish-attempt.ts';
import { deleteOldIdempotencyKeys, insertJobs, insertJobsOnce } from './insert-jobs.ts';

test('a project with one job does not wait behind the three hundred of another', async () => {
  await using farm = await openFarmDatabase();
  const [busy, quiet] = [await addProject(farm.db), await addProject(farm.db)];
  await addJobs(farm.db, busy, 300);
  await addJob(farm.db, quiet);
  const order = await projectsInOrder(farm.db);
  expect(order.indexOf(quiet.id)).toBe(1); // The very next one was on its way before.
});

test('two projects that both queue many take turns', async () => {
  await using farm = await openFarmDatabase();
  const [one, other] = [await addProject(farm.db), await addProject(farm.db)];
  await addJobs(farm.db, one, 5);
  await addJobs(farm.db, other, 5);
  const order = await projectsInOrder(farm.db);
  for (let turn = 0; turn < 10; turn += 2) {
    expect(new Set(order.slice(turn, turn + 2))).toEqual(new Set([one.id, other.id]));
  }
});

test('jobs of one project keep their order', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const ids = [...(await addJobs(farm.db, project, 3)), await addJob(farm.db, project)];
  expect(await idsInOrder(farm.db)).toEqual(ids);
});

test('an urgent job takes no turn of another project', async () => {
  await using farm = await openFarmDatabase();
  const [one, other] = [await addProject(farm.db), await addProject(farm.db)];
  await addJobs(farm.db, one, 10);
  const others = await addJobs(farm.db, other, 10);
  const urgent = await addJob(farm.db, one, { priority: 1 });
  const order = await idsInOrder(farm.db);
  expect(order.indexOf(urgent)).toBeGreaterThan(order.indexOf(others.at(-1)!));
});

test('a project that comes back after a pause has not saved up turns', async () => {
  await using farm = await openFarmDatabase();
  const [busy, late] = [await addProject(farm.db), await addProject(farm.db)];
  const ids = await addJobs(farm.db, busy, 20);
  for (const jobId of ids.slice(0, 10)) {
    await claim(farm.db, jobId);
    await finishAttempt(farm.db, passed(jobId));
  }
  await addJobs(farm.db, late, 5);
  const order = await projectsInOrder(farm.db);
  expect(order.slice(0, 6).filter((id) => id === late.id)).toHaveLength(3);
});

test('nothing is queued for a project that is gone', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  await removeProject(farm.db, project.id);
  expect(await insertJobs(farm.db, [newJob(project)])).toBeNull();
  expect(await insertJobsOnce(farm.db, [newJob(project)], once('k', 'body'))).toEqual({
    outcome: 'project_gone',
  });
  expect(await countJobs(farm.db)).toBe(0);
});

test('twenty equal requests with one key at once make one job and get one answer', async () => {
  await using farm = await openFarmDatabase(20);
  const project = await addProject(farm.db);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => {
      const job = newJob(project);
      return insertJobsOnce(farm.db, [job], { ...once('k', 'body'), response: { job_id: job.id } });
    }),
  );
  expect(await countJobs(farm.db)).toBe(1);
  expect(answers.filter((answer) => answer.outcome === 'inserted')).toHaveLength(1);
  const repeated = answers.flatMap((answer) => (answer.outcome === 'repeated' ? [answer.response] : []));
  expect(repeated).toHaveLength(19);
  expect(new Set(repeated.map((response) => JSON.stringify(response))).size).toBe(1);
});

test('a key used for something else is a conflict; another owner or a day later it is free', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const insert = async (key: ReturnType<typeof once>) =>
    (await insertJobsOnce(farm.db, [newJob(project)], key)).outcome;
  expect(await insert(once('k', 'body'))).toBe('inserted');
  expect(await insert(once('k', 'other'))).toBe('conflict');
  expect(await insert({ ...once('k', 'other'), owner: 'bob' })).toBe('inserted');
  await sql`update idempotency_keys set created_at = now() - interval '24 hours 1 second'`.execute(farm.db);
  expect(await insert(once('k', 'other'))).toBe('inserted');
  expect(await insert(once('k', 'other'))).toBe('repeated');
  await deleteOldIdempotencyKeys(farm.db);
  const { rows } = await sql`select owner from idempotency_keys`.execute(farm.db);
  expect(rows).toEqual([{ owner: 'alice' }]);
});

function once(key: string, body: string) {
  return { owner: 'alice', key, requestHash: Buffer.from(body), response: { job_id: randomUUID() } };
}

async function addJobs(db: Database, project: ProjectRow, count: number): Promise<string[]> {
  const jobs = Array.from({ length: count }, () => newJob(project));
  await insertJobs(db, jobs);
  return jobs.map((job) => job.id);
}

/** Queued jobs in the order in which they would be delivered. */
async function idsInOrder(db: Database): Promise<string[]> {
  await sql`update jobs set dispatched_at = null`.execute(db);
  const due = await findUndelivered(db, { deliveredBeforeSecs: 0, limit: 1000 });
  return due.map((each) => each.jobId);
}

async function projectsInOrder(db: Database): Promise<string[]> {
  const rows = await db.selectFrom('jobs').select(['id', 'project_id']).execute();
  const projects = new Map(rows.map((row) => [row.id, row.project_id]));
  return (await idsInOrder(db)).map((id) => projects.get(id)!);
}

async function countJobs(db: Database): Promise<number> {
  return (await db.selectFrom('jobs').select('id').execute()).length;
}
