import { sql, type RawBuilder } from 'kysely';
import { expect, test } from 'vitest';
import { addJob, addProject, addRunningJob, openFarmDatabase } from './stand-ins/farm-rows.ts';
import { countInvariantViolations, noteQueueIncarnation, readSweepState, withSweepTurn } from './sweep.ts';

const amnestyOf = async ({ amnesty }: { amnesty: boolean }) => amnesty;

test('of two sweeps at once one works, and the other one does nothing', async () => {
  await using farm = await openFarmDatabase();
  const atWork = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const first = withSweepTurn(farm.db, 20, async () => {
    atWork.resolve();
    await mayEnd.promise;
    return 'first';
  });
  await atWork.promise;
  expect(await withSweepTurn(farm.db, 20, async () => 'second')).toBeNull();
  mayEnd.resolve();
  expect(await first).toBe('first');
  expect(await withSweepTurn(farm.db, 20, async () => 'third')).toBe('third');
});

test('after a silence of the sweep there is an amnesty, which ends', async () => {
  await using farm = await openFarmDatabase();
  expect(await withSweepTurn(farm.db, 20, amnestyOf)).toBe(true);
  expect(await withSweepTurn(farm.db, 20, amnestyOf)).toBe(true);
  await sql`update sweep set amnesty_until = now()`.execute(farm.db);
  expect(await withSweepTurn(farm.db, 20, amnestyOf)).toBe(false);
  await sql`update sweep set swept_at = now() - interval '6 seconds'`.execute(farm.db);
  expect(await withSweepTurn(farm.db, 20, amnestyOf)).toBe(true);
});

test('a pass that fails frees the turn and does not count as a sweep', async () => {
  await using farm = await openFarmDatabase();
  const failing = withSweepTurn(farm.db, 20, () => Promise.reject(new Error('half way')));
  await expect(failing).rejects.toThrow('half way');
  expect((await readSweepState(farm.db)).swept_at).toBeNull();
  expect(await withSweepTurn(farm.db, 20, async () => 'next')).toBe('next');
  expect((await readSweepState(farm.db)).age_secs).toBeLessThan(5);
});

test('another life of the queue is noticed once', async () => {
  await using farm = await openFarmDatabase();
  const noticed = [];
  for (const life of ['a', 'a', 'b', 'b']) noticed.push(await noteQueueIncarnation(farm.db, life));
  expect(noticed).toEqual([true, false, true, false]);
});

const violations: [string, RawBuilder<unknown>][] = [
  ['a running job without a lease', sql`update jobs set lease_until = null where status = 'running'`],
  ['a running job without a worker', sql`update jobs set worker_id = null where status = 'running'`],
  ['a queued job with a lease', sql`update jobs set lease_until = now() where status = 'queued'`],
  ['a running job whose attempt is over', sql`update attempts set status = 'passed'`],
];

test.each(violations)('the checker counts %s', async (_name, plant) => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  await addRunningJob(farm.db, project);
  await addJob(farm.db, project);
  expect(await countInvariantViolations(farm.db)).toBe(0);
  await plant.execute(farm.db);
  expect(await countInvariantViolations(farm.db)).toBe(1);
  expect((await readSweepState(farm.db)).invariant_violations).toBe(1);
});

test('the checker counts an attempt that still runs although its job went on', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await sql`update jobs set status = 'passed' where id = ${jobId}`.execute(farm.db);
  expect(await countInvariantViolations(farm.db)).toBe(1);
});
