// One project floods the queue; another one asks for a single job, and a third one says what is urgent.
import { ended, logSays, queueJob, register } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest } from '@crafting-table/e2e/farm-under-test';
import { makeRepository, type Repository } from '@crafting-table/e2e/git-fixture';
import { makeGate } from '@crafting-table/e2e/make-gate';
import type { Scenario } from '../scenario.ts';

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
    const alone = await secondsFor(farm, await queueMany(farm, 'alone', count));

    await registerSleeper(farm, repository, 'many');
    await registerSleeper(farm, repository, 'single');
    const many = await queueMany(farm, 'many', count);
    await ended(farm.client, many[SLOTS]!); // `count` is larger.
    const { job } = await ended(farm.client, await queueJob(farm.client, 'single'));
    const waited = secondsBetween(job.queued_at, job.started_at);
    trial.promise(
      'the single job starts within one job’s length',
      `${waited.toFixed(2)} s, a job takes ${JOB_SECS} s`,
      waited <= JOB_SECS + START_SECS,
    );

    const crowded = await secondsFor(farm, many);
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

/** From the start of the first to the end of the last, by the farm's own times. */
async function secondsFor(farm: FarmUnderTest, ids: readonly string[]): Promise<number> {
  const jobs = [];
  for (const id of ids) jobs.push((await ended(farm.client, id, 180_000)).job);
  const starts = jobs.map(({ started_at }) => Date.parse(started_at ?? ''));
  const ends = jobs.map(({ finished_at }) => Date.parse(finished_at ?? ''));
  return (Math.max(...ends) - Math.min(...starts)) / 1000;
}

/** Queues jobs of three priorities behind a closed gate, and compares the order of their claims with the promised one. */
async function executePriorities(farm: FarmUnderTest, repository: Repository): Promise<string> {
  await using gate = await makeGate();
  await register(farm.client, 'gate', repository.url, { test: gate.recipe });
  await register(farm.client, 'urgent', repository.url, { test: 'true' });
  const closed = await Promise.all(Array.from({ length: SLOTS }, () => queueJob(farm.client, 'gate')));
  for (const id of closed) await logSays(farm.client, id, 'ready');
  const queued: { id: string; priority: number }[] = [];
  for (const priority of PRIORITIES) {
    queued.push({ id: await queueJob(farm.client, 'urgent', { priority }), priority });
  }
  gate.open();
  const claims = new Map<string, string>();
  for (const { id } of queued) claims.set(id, (await ended(farm.client, id)).job.claimed_at ?? '');
  const promised = queued.toSorted((a, b) => a.priority - b.priority); // Stable: equals stay in the order they came.
  const found = queued.toSorted((a, b) => claims.get(a.id)!.localeCompare(claims.get(b.id)!));
  const strays = found.filter((each, index) => each !== promised[index]).length;
  return strays === 0 ? 'urgent first' : `${strays} of ${found.length} out of their place`;
}

function secondsBetween(earlier: string, later: string | null): number {
  return (Date.parse(later ?? '') - Date.parse(earlier)) / 1000;
}
