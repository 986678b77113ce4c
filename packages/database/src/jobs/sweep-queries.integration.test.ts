import { expect, test } from 'vitest';
import { checkInvariants } from '../invariants/check-invariants.ts';
import {
  addJob,
  addProject,
  addRunningJob,
  backdate,
  claim,
  openFarmDatabase,
} from '../stand-ins/farm-rows.ts';
import { cancelJob } from './cancel-job.ts';
import { markPreparing } from './claim-job.ts';
import { findJob, listAttempts } from './find-job.ts';
import { findExpiredLeases, findOverdue, returnUnstartedClaims } from './sweep-queries.ts';

test('a lease counts as expired only after its grace', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  expect(await findExpiredLeases(farm.db, 0)).toEqual([]);
  await backdate(farm.db, jobId, 'lease_until', 14);
  expect(await findExpiredLeases(farm.db, 15)).toEqual([]);
  await backdate(farm.db, jobId, 'lease_until', 16);
  expect(await findExpiredLeases(farm.db, 15)).toEqual([
    { jobId, attempt: 1, started: true, cancelReason: null, reason: 'worker_lost' },
  ]);
});

test('an overdue attempt is one past its deadline or with an unanswered cancel, and the reason says which', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const late = await addRunningJob(farm.db, project);
  const unprepared = await addJob(farm.db, project);
  await claim(farm.db, unprepared);
  const unanswered = await addRunningJob(farm.db, project);
  await cancelJob(farm.db, unanswered, 'not needed');
  expect(await findOverdue(farm.db, 30)).toEqual([]);
  for (const jobId of [late, unprepared]) await backdate(farm.db, jobId, 'deadline_at', 31);
  await backdate(farm.db, unanswered, 'cancel_requested_at', 31);
  const reasons = new Map((await findOverdue(farm.db, 30)).map((each) => [each.jobId, each.reason]));
  expect(reasons).toEqual(
    new Map([
      [late, 'timeout'],
      [unprepared, 'setup_failed'],
      [unanswered, 'cancelled'],
    ]),
  );
});

test('only a claim that shows no sign of being prepared goes back to the queue', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const started = await addRunningJob(farm.db, project);
  const [silent, preparing, fresh] = [
    await addJob(farm.db, project),
    await addJob(farm.db, project),
    await addJob(farm.db, project),
  ];
  for (const jobId of [silent, preparing, fresh]) await claim(farm.db, jobId);
  await markPreparing(farm.db, { jobId: preparing, attempt: 1 });
  for (const jobId of [started, silent, preparing]) await backdate(farm.db, jobId, 'claimed_at', 31);
  expect(await returnUnstartedClaims(farm.db, 30)).toBe(1);
  expect(await findJob(farm.db, silent, null)).toMatchObject({ status: 'queued', attempt: 1 });
  expect(await listAttempts(farm.db, silent)).toMatchObject([{ status: 'returned' }]);
  expect(await returnUnstartedClaims(farm.db, 30)).toBe(0);
});

test('a job that no worker ever starts fails in the end', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addJob(farm.db, await addProject(farm.db));
  for (let claims = 1; claims <= 10; claims++) {
    expect(await claim(farm.db, jobId)).not.toBeNull();
    await backdate(farm.db, jobId, 'claimed_at', 31);
    expect(await returnUnstartedClaims(farm.db, 30)).toBe(1);
  }
  expect(await findJob(farm.db, jobId, null)).toMatchObject({
    status: 'failed',
    reason: 'setup_failed',
    detail: 'no worker got as far as starting it',
  });
  expect(await checkInvariants(farm.db)).toEqual([]);
});
