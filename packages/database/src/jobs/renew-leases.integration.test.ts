import { expect, test } from 'vitest';
import {
  addProject,
  addRunningJob,
  backdate,
  openFarmDatabase,
  passed,
  WORKER,
} from '../stand-ins/farm-rows.ts';
import { listLiveWorkers, registerWorker, requestDrain } from '../workers.ts';
import { cancelJob } from './cancel-job.ts';
import { finishAttempt } from './finish-attempt.ts';
import { connectLeases } from './renew-leases.ts';
import { findExpiredLeases } from './sweep-queries.ts';

test('renewing tells which attempts are still held and which are to be cancelled', async () => {
  await using farm = await openFarmDatabase();
  await using leases = connectLeases(farm.url, 10);
  const project = await addProject(farm.db);
  const held = await addRunningJob(farm.db, project);
  const cancelled = await addRunningJob(farm.db, project);
  const ended = await addRunningJob(farm.db, project);
  await cancelJob(farm.db, cancelled, 'not needed');
  await finishAttempt(farm.db, passed(ended));
  const asked = [held, cancelled, ended].map((jobId) => ({ jobId, attempt: 1 }));
  const { renewed, drainRequested } = await leases.renew(
    state(3),
    [...asked, { jobId: held, attempt: 2 }],
    30,
  );
  expect(renewed.toSorted((a, b) => (a.jobId < b.jobId ? -1 : 1))).toEqual([
    { jobId: held, attempt: 1, cancelRequested: false },
    { jobId: cancelled, attempt: 1, cancelRequested: true },
  ]);
  expect(drainRequested).toBe(false);
});

test('a renewed lease is not expired any more', async () => {
  await using farm = await openFarmDatabase();
  await using leases = connectLeases(farm.url, 10);
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await backdate(farm.db, jobId, 'lease_until', 20);
  expect(await findExpiredLeases(farm.db, 15)).toHaveLength(1);
  await leases.renew(state(1), [{ jobId, attempt: 1 }], 30);
  expect(await findExpiredLeases(farm.db, 0)).toEqual([]);
});

test('renewing says that the worker is alive, even when it holds nothing', async () => {
  await using farm = await openFarmDatabase();
  await using leases = connectLeases(farm.url, 10);
  await registerWorker(farm.db, { ...WORKER, version: '1', slots: 4 });
  await farm.db
    .updateTable('workers')
    .set({ seen_at: new Date(0) })
    .execute();
  expect(await listLiveWorkers(farm.db, 45)).toEqual([]);
  await leases.renew({ ...state(0), blocked: 'no disk', draining: true }, [], 30);
  expect(await listLiveWorkers(farm.db, 45)).toMatchObject([
    { name: 'attic-1', busy: 0, blocked: 'no disk', draining: true, rss_bytes: 120_000_000 },
  ]);
});

test('renewing tells whether an operator wants nothing new to be taken', async () => {
  await using farm = await openFarmDatabase();
  await using leases = connectLeases(farm.url, 10);
  await registerWorker(farm.db, { ...WORKER, version: '1', slots: 4 });
  const renewed = async () => (await leases.renew(state(0), [], 30)).drainRequested;
  const first = await requestDrain(farm.db, WORKER.id, true);
  expect(await renewed()).toBe(true);
  expect(await requestDrain(farm.db, WORKER.id, true)).toMatchObject({
    drain_requested_at: first?.drain_requested_at, // Asked twice it is still that long ago.
  });
  await requestDrain(farm.db, WORKER.id, false);
  expect(await renewed()).toBe(false);
  expect(await requestDrain(farm.db, '00000000-0000-7000-8000-00000000dead', true)).toBeNull();
});

function state(busy: number) {
  return { id: WORKER.id, busy, blocked: null, draining: false, rssBytes: 120_000_000 };
}
