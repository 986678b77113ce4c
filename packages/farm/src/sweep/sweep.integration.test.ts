import { ORPHANED_LINE } from '@crafting-table/contracts/words';
import { findJob } from '@crafting-table/database/jobs/find-job';
import { appendLogChunks } from '@crafting-table/database/log-chunks';
import { cancelJob } from '@crafting-table/database/jobs/cancel-job';
import { readSweepState } from '@crafting-table/database/sweep';
import {
  addJob,
  addProject,
  addRunningJob,
  backdate,
  endAmnesty,
  openFarmDatabase,
} from '@crafting-table/database/stand-ins/farm-rows';
import { untilLockWaits } from '@crafting-table/database/stand-ins/lock-waits';
import { chunksOf } from '@crafting-table/database/stand-ins/log-chunk';
import { QueueAway, type Deliveries, type OrderedDelivery } from '@crafting-table/queues/open-deliveries';
import { expect, test } from 'vitest';
import { readLogTail } from '../logs/read-log-tail.ts';
import { redeliver } from './redeliver.ts';
import { sweep } from './sweep.ts';

const LIMITS = {
  lostGraceSecs: 15,
  claimSecs: 30,
  deadlineGraceSecs: 30,
  redispatchSecs: 15,
  slowSecs: 15,
};

test('a worker that is lost leaves a log that says so in a last line of its own', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await appendLogChunks(farm.db, { jobId, attempt: 1 }, chunksOf('one\n', 'in the mid'), null);
  await endAmnesty(farm.db);
  await backdate(farm.db, jobId, 'lease_until', 16);
  expect(await sweep(farm.db, standInQueue(), LIMITS, 1)).toMatchObject({ lost: 1, overdue: 0 });
  expect(await findJob(farm.db, jobId, null)).toMatchObject({
    status: 'failed',
    reason: 'worker_lost',
    exit_code: -1,
  });
  const tail = await readLogTail(farm.db, { jobId, attempt: 1 });
  expect(tail).toEqual(['one', 'in the mid', ORPHANED_LINE]);
});

test('a worker that is lost before it printed anything leaves just that line', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await endAmnesty(farm.db);
  await backdate(farm.db, jobId, 'lease_until', 16);
  await sweep(farm.db, standInQueue(), LIMITS, 1);
  expect(await readLogTail(farm.db, { jobId, attempt: 1 })).toEqual([ORPHANED_LINE]);
});

test('what a worker ships at the moment it is given up stays, and the last line comes behind it', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  const [first, second] = chunksOf('one\n', 'two\n');
  await appendLogChunks(farm.db, { jobId, attempt: 1 }, [first!], null);
  await backdate(farm.db, jobId, 'lease_until', 16);
  await endAmnesty(farm.db);
  const { sweeping } = await farm.db.transaction().execute(async (transaction) => {
    await appendLogChunks(transaction, { jobId, attempt: 1 }, [second!], null);
    const sweeping = sweep(farm.db, standInQueue(), LIMITS, 1);
    await untilLockWaits(farm.db, 1);
    return { sweeping };
  });
  expect(await sweeping).toMatchObject({ lost: 1 });
  expect(await readLogTail(farm.db, { jobId, attempt: 1 })).toEqual(['one', 'two', ORPHANED_LINE]);
});

test('a cancel and a deadline are kept without the help of a worker', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const [cancelled, late] = [await addRunningJob(farm.db, project), await addRunningJob(farm.db, project)];
  await cancelJob(farm.db, cancelled, 'not needed');
  await backdate(farm.db, cancelled, 'cancel_requested_at', 31);
  await backdate(farm.db, late, 'deadline_at', 31);
  await endAmnesty(farm.db);
  expect(await sweep(farm.db, standInQueue(), LIMITS, 1)).toMatchObject({ overdue: 2 });
  expect(await findJob(farm.db, cancelled, null)).toMatchObject({
    status: 'cancelled',
    detail: 'not needed',
  });
  expect(await findJob(farm.db, late, null)).toMatchObject({ status: 'failed', reason: 'timeout' });
});

test('after a silence of the sweep nobody is taken for lost', async () => {
  await using farm = await openFarmDatabase();
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await backdate(farm.db, jobId, 'lease_until', 600);
  expect(await sweep(farm.db, standInQueue(), LIMITS, 1)).toMatchObject({ lost: 0 });
  expect(await findJob(farm.db, jobId, null)).toMatchObject({ status: 'running' });
});

test('a queue that lost its memory gets everything again, in its order, and nothing twice', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const queue = standInQueue();
  const ids = [await addJob(farm.db, project), await addJob(farm.db, project)];
  expect(await redeliver(farm.db, queue, 15)).toBe(2);
  expect(await redeliver(farm.db, queue, 15)).toBe(0);
  queue.forget();
  expect(await redeliver(farm.db, queue, 15)).toBe(2);
  expect(queue.added.map((each) => each.job_id)).toEqual([...ids, ...ids]);
});

test('a delivery that nobody took for long is sent again when the queue has fewer than it should', async () => {
  await using farm = await openFarmDatabase();
  const queue = standInQueue();
  const jobId = await addJob(farm.db, await addProject(farm.db));
  await redeliver(farm.db, queue, 15);
  await backdate(farm.db, jobId, 'dispatched_at', 16);
  expect(await redeliver(farm.db, queue, 15)).toBe(0);
  queue.countWaiting = async () => 0;
  expect(await redeliver(farm.db, queue, 15)).toBe(1);
  expect(queue.added.map((each) => each.job_id)).toEqual([jobId, jobId]);
});

test('rows are checked once in a while, by whichever process has the turn then', async () => {
  await using farm = await openFarmDatabase();
  expect(await sweep(farm.db, standInQueue(), LIMITS, 0)).toMatchObject({ brokenRules: [] });
  expect(await sweep(farm.db, standInQueue(), LIMITS, 0)).toMatchObject({ brokenRules: null });
  const impatient = { ...LIMITS, slowSecs: 0 };
  expect(await sweep(farm.db, standInQueue(), impatient, 7)).toMatchObject({ brokenRules: [] });
});

test('while the queue is away the sweep does the rest of its work', async () => {
  await using farm = await openFarmDatabase();
  await addJob(farm.db, await addProject(farm.db));
  const queue = standInQueue();
  queue.incarnation = async () => {
    throw new QueueAway('gone');
  };
  expect(await sweep(farm.db, queue, LIMITS, 0)).toMatchObject({ redelivered: 0, brokenRules: [] });
  expect((await readSweepState(farm.db)).swept_at).not.toBeNull();
});

type StandInQueue = Deliveries & { added: OrderedDelivery[]; forget(): void };

/** Remembers what was added; the queue itself is tested where it lives. */
function standInQueue(): StandInQueue {
  let life = 1;
  const added: OrderedDelivery[] = [];
  const add = async (deliveries: OrderedDelivery[]) => void added.push(...deliveries);
  return {
    backend: 'redis',
    added,
    add,
    addAgain: add,
    countWaiting: async () => added.length,
    incarnation: async () => `life ${life}`,
    forget: () => (life += 1),
    async [Symbol.asyncDispose]() {},
  };
}
