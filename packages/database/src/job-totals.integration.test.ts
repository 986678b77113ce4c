import { expect, test } from 'vitest';
import { sql } from 'kysely';
import { addUpJobEnds, BUCKET_BOUNDS, readJobTotals } from './job-totals.ts';
import { cancelJob } from './jobs/cancel-job.ts';
import { finishAttempt } from './jobs/finish-attempt.ts';
import { retryJob } from './jobs/retry-job.ts';
import {
  addJob,
  addProject,
  addRunningJob,
  openFarmDatabase,
  passed,
  type FarmDatabase,
} from './stand-ins/farm-rows.ts';

async function endAll(db: FarmDatabase['db']): Promise<string> {
  const project = await addProject(db);
  const [one, other] = [await addRunningJob(db, project), await addRunningJob(db, project)];
  await sql`
    update jobs set queued_at = now() - interval '90 s', claimed_at = now() - interval '50 s',
      started_at = now() - interval '20 s'`.execute(db);
  await finishAttempt(db, passed(one));
  await finishAttempt(db, passed(other, { status: 'failed', reason: 'exit', exit_code: 1 }));
  await cancelJob(db, await addJob(db, project), 'not needed');
  return one;
}

test('every end of a job is counted once, whoever ended it, before and after it was added up', async () => {
  await using farm = await openFarmDatabase();
  await endAll(farm.db);
  const bucketOf = (secs: number) => BUCKET_BOUNDS.findIndex((bound) => secs < bound);
  const expected = [
    { status: 'cancelled', reason: 'cancelled', jobs: 1, waited_bucket: -1, ran_bucket: -1, waited_secs: 0 },
    { status: 'failed', reason: 'exit', jobs: 1, waited_bucket: bucketOf(40), ran_bucket: bucketOf(20) },
    { status: 'passed', reason: 'exit', jobs: 1, waited_bucket: bucketOf(40), ran_bucket: bucketOf(20) },
  ];
  expect(await readJobTotals(farm.db)).toMatchObject(expected);
  expect(await addUpJobEnds(farm.db)).toBe(3);
  expect(await addUpJobEnds(farm.db)).toBe(0);
  const [, , passedTotal] = await readJobTotals(farm.db);
  expect(passedTotal).toMatchObject(expected[2]!);
  expect(Math.round(passedTotal!.waited_secs)).toBe(40);
});

test('a job that is tried again counts for each of its ends, and removing it takes no count back', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await endAll(farm.db);
  await addUpJobEnds(farm.db);
  await retryJob(farm.db, jobId);
  await cancelJob(farm.db, jobId, 'not needed');
  await sql`delete from jobs`.execute(farm.db);
  const totals = await readJobTotals(farm.db);
  expect(totals.map(({ status, jobs }) => [status, jobs])).toEqual([
    ['cancelled', 2],
    ['failed', 1],
    ['passed', 1],
  ]);
});

test('several processes that add up at once count nothing twice', async () => {
  await using farm = await openFarmDatabase();
  await endAll(farm.db);
  const counts = await Promise.all(Array.from({ length: 4 }, () => addUpJobEnds(farm.db)));
  expect(counts.reduce((sum, count) => sum + count)).toBe(3);
  expect((await readJobTotals(farm.db)).reduce((sum, { jobs }) => sum + jobs, 0)).toBe(3);
});
