// One project floods the queue; another one asks for a single job, and a third one says what is urgent.
import type { Job } from '@crafting-table/contracts/job';
import { ended, logSays, queueJob, register } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest } from '@crafting-table/e2e/farm-under-test';
import { makeRepository, type Repository } from '@crafting-table/e2e/git-fixture';
import { makeGate } from '@crafting-table/e2e/make-gate';
import type { Scenario, Trial } from '../scenario.ts';

const SLOTS = 4;
const JOB_SECS = 0.5;
/** From the moment that a slot is free: claim, workspace, spawn. */
const START_SECS = 0.5;
const LOST_THROUGHPUT_MAX = 0.05;
/** As they are queued; 1 goes first. */
const PRIORITIES = [50, 100, 1, 50, 1, 100, 50, 1];

export const fairness: Scenario = {
  name: 'fairness',
  title: 'a project queues hundreds of jobs, then another one queues a single job',
  backends: ['redis', 'postgres'],
  async run(trial) {
    const count = trial.isShort ? 60 : 300;
    const repository = trial.use(await makeRepository());
    const farm = await trial.startFarm({ settings: { CRAFTING_CONCURRENCY: String(SLOTS) } });

    await registerSleeper(farm, repository, 'alone');
    const alone = secondsOf(await allEnded(farm, await queueMany(farm, 'alone', count)));

    await registerSleeper(farm, repository, 'many');
    await registerSleeper(farm, repository, 'single');
    const many = await queueMany(farm, 'many', count);
    await ended(farm.client, many[SLOTS]!); // `count` is larger.
    const { job: single } = await ended(farm.client, await queueJob(farm.client, 'single'));
    const flood = await allEnded(farm, many);
    promiseTurn(trial, single, flood);

    const crowded = secondsOf(flood);
    const lost = 1 - ((alone / count) * (count + 1)) / crowded; // The other one’s job is work as well.
    if (!trial.isShort) {
      trial.promise(
        'the flooding project loses less than 5 % throughput',
        `${(lost * 100).toFixed(1)} % of ${(count / alone).toFixed(1)} jobs/s`,
        lost < LOST_THROUGHPUT_MAX,
      );
    }
    const order = await executePriorities(farm, repository);
    trial.promise('the urgent go first, and equals in the order they came', order, order === 'urgent first');
  },
};

async function registerSleeper(farm: FarmUnderTest, repository: Repository, name: string): Promise<void> {
  await register(farm.client, name, repository.url, { test: `sleep ${JOB_SECS}` });
}

async function queueMany(farm: FarmUnderTest, project: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) ids.push(await queueJob(farm.client, project));
  return ids;
}

async function allEnded(farm: FarmUnderTest, ids: readonly string[]): Promise<Job[]> {
  const jobs = [];
  for (const id of ids) jobs.push((await ended(farm.client, id, 180_000)).job);
  return jobs;
}

/** From the start of the first to the end of the last, by the farm's own times. */
function secondsOf(jobs: readonly Job[]): number {
  const starts = jobs.map(({ started_at }) => timeOf(started_at));
  return (Math.max(...jobs.map(({ finished_at }) => timeOf(finished_at))) - Math.min(...starts)) / 1000;
}

/** By the clock, and by the jobs that came first: the clock of a machine that does other things as well says less. */
function promiseTurn(trial: Trial, single: Job, flood: readonly Job[]): void {
  const [queuedAt, claimedAt] = [timeOf(single.queued_at), timeOf(single.claimed_at)];
  const between = flood.map((job) => timeOf(job.claimed_at)).filter((at) => at > queuedAt && at < claimedAt);
  trial.promise(
    'the single job waits for no more of the flood than there are slots',
    `${between.length} were claimed before it, ${SLOTS} slots`,
    between.length <= SLOTS,
  );
  const waitedSecs = (timeOf(single.started_at) - queuedAt) / 1000;
  trial.promise(
    'the single job starts within one job’s length',
    `${waitedSecs.toFixed(2)} s, a job takes ${JOB_SECS} s`,
    waitedSecs <= (JOB_SECS + START_SECS) * trial.patience,
  );
}

/**
 * Queues jobs of three priorities behind the only slot that comes free, and compares the order of their claims with the promised one.
 * Slots that come free at once take the next jobs at once, and whose claim is stored first says nothing.
 */
async function executePriorities(farm: FarmUnderTest, repository: Repository): Promise<string> {
  await using next = await makeGate();
  await using others = await makeGate();
  await register(farm.client, 'gate', repository.url, { test: next.recipe });
  await register(farm.client, 'gates', repository.url, { test: others.recipe });
  await register(farm.client, 'urgent', repository.url, { test: 'true' });
  const projects = ['gate', ...Array.from({ length: SLOTS - 1 }, () => 'gates')];
  for (const project of projects) await logSays(farm.client, await queueJob(farm.client, project), 'ready');
  const queued: { id: string; priority: number }[] = [];
  for (const priority of PRIORITIES) {
    queued.push({ id: await queueJob(farm.client, 'urgent', { priority }), priority });
  }
  next.open();
  const jobs = await allEnded(
    farm,
    queued.map(({ id }) => id),
  );
  others.open();
  const claims = new Map(jobs.map(({ id, claimed_at }) => [id, timeOf(claimed_at)]));
  const promised = queued.toSorted((a, b) => a.priority - b.priority); // Stable: equals stay in the order they came.
  const found = queued.toSorted((a, b) => claims.get(a.id)! - claims.get(b.id)!);
  const strays = found.filter((each, index) => each !== promised[index]).length;
  return strays === 0 ? 'urgent first' : `${strays} of ${found.length} out of their place`;
}

/** NaN where it has not happened, which is in no order with anything. */
function timeOf(moment: string | null): number {
  return Date.parse(moment ?? '');
}
