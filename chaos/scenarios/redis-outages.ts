// The queue forgets everything, goes away for minutes, dies and comes back empty, while jobs run and many wait.
import { setTimeout as delay } from 'node:timers/promises';
import type { Job } from '@crafting-table/contracts/job';
import { countExecutions } from '@crafting-table/e2e/count-executions';
import { ended, queueJob, register } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest } from '@crafting-table/e2e/farm-under-test';
import { makeRepository, type Repository } from '@crafting-table/e2e/git-fixture';
import { makeGate } from '@crafting-table/e2e/make-gate';
import { connectRedis } from '@crafting-table/e2e/redis-connection';
import { until } from '@crafting-table/e2e/until';
import { askSteadily, type SteadyAnswer } from '../ask-steadily.ts';
import type { Scenario, Trial } from '../scenario.ts';

const POST_MS_MAX = 1_000;
const CAUGHT_UP_SECS_MAX = 30;
const WORKERS = 2;
const PRIORITIES = [10, 50, 90];
/** For the whole backlog of one trouble. */
const END_MS = 300_000;
const START_MS = 60_000;

type Counts = { queued: number; running: number };

type Trouble = {
  /** Also the beginning of the names of its projects. */
  name: string;
  strike(): Promise<void>;
  lastsMs: number;
  /** Null where the queue was there all the time. */
  mend: (() => Promise<void>) | null;
};

/** A farm with a trouble to come, and what was found out about it in quiet times. */
type Setting = {
  trial: Trial;
  farm: FarmUnderTest;
  repository: Repository;
  counts: Counts;
  jobsPerSec: number;
};

export const redisOutages: Scenario = {
  name: 'redis-outages',
  title: 'Redis is emptied, stopped for minutes, and killed and back empty, while jobs run and wait',
  backends: ['redis'],
  async run(trial) {
    const counts = trial.isShort ? { queued: 40, running: 6 } : { queued: 200, running: 20 };
    const repository = trial.use(await makeRepository());
    const farm = await trial.startFarm({
      ownStores: true,
      workers: WORKERS,
      settings: { CRAFTING_CONCURRENCY: String(counts.running / WORKERS) },
    });
    const jobsPerSec = await measureRate(farm, repository, counts.queued);
    trial.tell(`in quiet times ${jobsPerSec.toFixed(1)} jobs/s`);
    for (const trouble of listTroubles(trial, farm)) {
      trial.stopping.throwIfAborted();
      await rideOut({ trial, farm, repository, counts, jobsPerSec }, trouble);
    }
  },
};

function listTroubles({ isShort }: Trial, farm: FarmUnderTest): Trouble[] {
  const { redis } = farm.stores!; // This farm was started with stores of its own.
  const flushAll = async () => {
    using connection = await connectRedis(farm.redisUrl!); // This scenario is about farms with a Redis.
    await connection.send('FLUSHALL');
  };
  return [
    { name: 'emptied', strike: flushAll, lastsMs: isShort ? 500 : 5_000, mend: null },
    { name: 'stopped', strike: redis.stop, lastsMs: isShort ? 4_000 : 180_000, mend: redis.start },
    { name: 'killed', strike: redis.kill, lastsMs: isShort ? 500 : 10_000, mend: redis.startEmpty },
  ];
}

/** Jobs each second that the farm gets done when nothing is wrong. */
async function measureRate(farm: FarmUnderTest, repository: Repository, count: number): Promise<number> {
  await register(farm.client, 'quiet', repository.url, { test: 'true' });
  await ended(farm.client, await queueJob(farm.client, 'quiet')); // Makes the mirror.
  const ids: string[] = [];
  for (let index = 0; index < count; index++) ids.push(await queueJob(farm.client, 'quiet'));
  const jobs = await endedAll(farm, ids);
  const claims = jobs.map(claimedMs);
  return (1000 * count) / (Math.max(...claims) - Math.min(...claims));
}

async function rideOut(setting: Setting, trouble: Trouble): Promise<void> {
  const { trial, farm, repository, counts } = setting;
  await using gate = await makeGate();
  await using executions = await countExecutions();
  const names = {
    running: `${trouble.name}-running`,
    waiting: `${trouble.name}-waiting`,
    later: `${trouble.name}-later`,
  };
  await register(farm.client, names.running, repository.url, {
    test: `${executions.recipe}; ${gate.recipe}`,
  });
  for (const name of [names.waiting, names.later]) {
    await register(farm.client, name, repository.url, { test: executions.recipe });
  }
  const running: string[] = [];
  for (let index = 0; index < counts.running; index++)
    running.push(await queueJob(farm.client, names.running));
  await until(
    'all slots are taken',
    async () => (await executions.list()).length === counts.running,
    START_MS,
  );
  const queued: string[] = [];
  for (let index = 0; index < counts.queued; index++) {
    queued.push(await queueJob(farm.client, names.waiting, { priority: choosePriority(trial) }));
  }

  let postTo = names.waiting;
  await using posts = askSteadily(farm, () => ({
    method: 'POST',
    path: `/projects/${postTo}/jobs`,
    body: { recipe: 'test', priority: choosePriority(trial) },
  }));
  trial.tell(`${trouble.name}: ${running.length} jobs run, ${queued.length} wait`);
  await trouble.strike();
  await delay(trouble.lastsMs, undefined, { signal: trial.stopping });
  const runningEnd = async () => {
    gate.open();
    return endedAll(farm, running);
  };
  // While Redis is away, jobs end and nothing takes their slots; otherwise ending them is what frees the slots.
  const early = trouble.mend === null ? null : await runningEnd();
  postTo = names.later; // What is asked for after this moment may overtake.
  const backAt = Date.now();
  await trouble.mend?.();
  const ran = early ?? (await runningEnd());

  const duringOutage = () => jobsOf(posts.answers, names.waiting);
  const waiting = await endedAll(farm, [...queued, ...duringOutage()]);
  const answers = await posts.end();
  const later = await endedAll(farm, jobsOf(answers, names.later));
  promiseAll(setting, trouble.name, {
    ran,
    waiting,
    later,
    answers,
    executions: await executions.list(),
    backAt,
  });
}

type Seen = {
  ran: Job[];
  /** In the order they were queued. */
  waiting: Job[];
  later: Job[];
  answers: readonly SteadyAnswer[];
  executions: string[];
  backAt: number;
};

function promiseAll({ trial, counts, jobsPerSec }: Setting, trouble: string, seen: Seen): void {
  const { ran, waiting, later, answers, executions, backAt } = seen;
  const jobs = [...ran, ...waiting, ...later];
  const strays = jobs.filter((job) => job.status !== 'passed' || job.attempt !== 1);
  const isOnce =
    executions.toSorted().join() ===
    jobs
      .map(({ id }) => id)
      .toSorted()
      .join();
  trial.promise(
    `Redis ${trouble}: every job ends, executed exactly once`,
    `${jobs.length} jobs, ${executions.length} executions, ${strays.length} not passed at their first attempt`,
    isOnce && strays.length === 0,
  );
  const displaced = largestDisplacement(waiting);
  trial.promise(
    `Redis ${trouble}: the order of ${waiting.length} waiting jobs is kept`,
    `no job is further than ${displaced} from its place, ${counts.running} are claimed at once`,
    displaced < counts.running,
  );
  const postMsMax = POST_MS_MAX * trial.patience;
  const slowest = Math.max(...answers.map(({ tookMs }) => tookMs));
  const refused = answers.filter(({ status }) => status !== 202);
  trial.promise(
    `Redis ${trouble}: every POST is accepted within ${postMsMax / 1000} s`,
    [
      `${answers.length} posts, the slowest ${slowest.toFixed(0)} ms`,
      ...refused.slice(0, 2).map(describe),
    ].join('; '),
    slowest < postMsMax && refused.length === 0,
  );
  const claims = waiting.map(claimedMs);
  const firstSecs = (Math.min(...claims) - backAt) / 1000;
  const drainSecs = (Math.max(...claims) - backAt) / 1000;
  const lateSecs = drainSecs - (waiting.length + later.length) / jobsPerSec;
  trial.promise(
    `Redis ${trouble}: caught up within ${CAUGHT_UP_SECS_MAX} s`,
    `first claim after ${firstSecs.toFixed(1)} s, all ${waiting.length} after ${drainSecs.toFixed(1)} s, ${lateSecs.toFixed(1)} s later than at the rate of quiet times`,
    firstSecs < CAUGHT_UP_SECS_MAX && lateSecs < CAUGHT_UP_SECS_MAX,
  );
}

/** How far, in places, a job was claimed from where priority and age put it. Claims at the same moment may swap. */
function largestDisplacement(queued: readonly Job[]): number {
  const promised = queued.toSorted((a, b) => a.priority - b.priority); // Stable: equals stay in the order they came.
  const found = promised.toSorted((a, b) => claimedMs(a) - claimedMs(b));
  return Math.max(...promised.map((job, place) => Math.abs(found.indexOf(job) - place)));
}

async function endedAll(farm: FarmUnderTest, ids: readonly string[]): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const id of ids) jobs.push((await ended(farm.client, id, END_MS)).job);
  return jobs;
}

function jobsOf(answers: readonly SteadyAnswer[], project: string): string[] {
  return answers
    .filter(({ path, status }) => path === `/projects/${project}/jobs` && status === 202)
    .toSorted((a, b) => a.askedAt - b.askedAt)
    .map(({ text }) => JSON.parse(text).job_id);
}

function choosePriority({ random }: Trial): number {
  return PRIORITIES[Math.floor(random() * PRIORITIES.length)]!; // random() is below 1.
}

function claimedMs({ claimed_at }: Job): number {
  return Date.parse(claimed_at ?? '');
}

function describe({ status, tookMs, text }: SteadyAnswer): string {
  return `${status} after ${tookMs.toFixed(0)} ms: ${text}`;
}
