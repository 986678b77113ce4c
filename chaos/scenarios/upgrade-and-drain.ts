// A newer release takes over a farm at work: first the API, with a migration of every table under the running workers, then
// worker after worker.
import { describeSchema } from '@crafting-table/database/describe-schema';
import type { JobDetail, JobPage } from '@crafting-table/contracts/job';
import { countExecutions } from '@crafting-table/e2e/count-executions';
import { ended, register } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest, Worker } from '@crafting-table/e2e/farm-under-test';
import { makeRepository } from '@crafting-table/e2e/git-fixture';
import { until } from '@crafting-table/e2e/until';
import { makeNextRelease } from '../next-release.ts';
import { postJob, postSteadily, type Posts } from '../post-steadily.ts';
import type { Scenario, Trial } from '../scenario.ts';

const PROJECT = 'upgraded';
const SLOTS = 2;
/** Long enough for every worker to have jobs under way whenever it is told to stop. */
const JOB_SECS = 1;
const END_MS = 300_000;

type Counts = { workers: number; clients: number; apiRestarts: number; generations: number; jobsMax: number };

export const upgradeAndDrain: Scenario = {
  name: 'upgrade-and-drain',
  title: 'a newer API migrates the database under older workers, then all workers are replaced, under load',
  backends: ['redis', 'postgres'],
  async run(trial) {
    const counts: Counts = trial.isShort
      ? { workers: 2, clients: 2, apiRestarts: 2, generations: 1, jobsMax: 300 }
      : { workers: 4, clients: 4, apiRestarts: 8, generations: 3, jobsMax: 3_000 };
    const repository = trial.use(await makeRepository());
    const executions = trial.use(await countExecutions());
    const release = trial.use(await makeNextRelease());
    const farm = await trial.startFarm({
      workers: counts.workers,
      settings: { CRAFTING_CONCURRENCY: String(SLOTS) },
    });
    await register(farm.client, PROJECT, repository.url, { test: `${executions.recipe}; sleep ${JOB_SECS}` });
    const pauseMs = (counts.clients * JOB_SECS * 1000) / (counts.workers * SLOTS);
    const posts = trial.use(postSteadily(farm, { ...counts, project: PROJECT, pauseMs }));
    await until('every worker is at work', () => areAllAtWork(farm, counts.workers));

    farm.upgradeTo(release.path);
    const apiEnds = [await restartApi(farm)];
    const { versions, workers } = await farm.client.call('getHealth');
    const isMigrated = (await describeSchema(farm.databaseUrl)).includes('of_next_release');
    const older = workers.filter(({ version }) => version !== release.version);
    trial.promise(
      'workers of the release before work on after the migration',
      `API ${versions.crafting_table}, ${older.length} workers ${older[0]?.version}, every table changed: ${isMigrated}`,
      versions.crafting_table === release.version && older.length === counts.workers && isMigrated,
    );
    const before = posts.accepted.size;
    const next = await until('the newer API accepts jobs', () => [...posts.accepted.values()][before]);
    await ended(farm.client, next, END_MS); // By an older worker: there is no other one yet.
    for (let restart = 1; restart < counts.apiRestarts; restart++) {
      trial.stopping.throwIfAborted();
      apiEnds.push(await restartApi(farm));
      trial.tell(`the API was started again ${restart} times, ${posts.accepted.size} jobs are accepted`);
    }
    const drained: Drained[] = [];
    for (let generation = 1; generation <= counts.generations; generation++) {
      drained.push(...(await replaceWorkers(trial, farm, posts)));
    }
    await posts.end();
    const jobs: JobDetail[] = [];
    for (const id of posts.accepted.values()) jobs.push(await ended(farm.client, id, END_MS));
    promiseDrained(trial, drained, jobs, apiEnds);
    await promiseExactlyOnce(trial, farm, posts, jobs, await executions.list());
  },
};

/** How a worker ended that was told to stop, and what it was at then. */
type Drained = { name: string; end: string; underway: string[] };

/** Each worker is told to stop as soon as its successor has joined. */
async function replaceWorkers(trial: Trial, farm: FarmUnderTest, posts: Posts): Promise<Drained[]> {
  const drained: Drained[] = [];
  for (const worker of farm.workers.filter((each) => !each.hasEnded())) {
    trial.stopping.throwIfAborted();
    await farm.addWorker();
    const underway = await until(`${worker.name} is at work`, async () => {
      const ids = await listRunning(farm, worker);
      return ids.length > 0 && ids;
    });
    await worker.kill('SIGTERM');
    const end = await worker.ended;
    drained.push({ name: worker.name, end, underway });
    trial.tell(`${worker.name}: ${end}, with ${underway.length} jobs; ${posts.accepted.size} are accepted`);
  }
  return drained;
}

function promiseDrained(
  trial: Trial,
  drained: readonly Drained[],
  jobs: readonly JobDetail[],
  apiEnds: readonly string[],
): void {
  const ends = [...drained.map(({ end }) => end), ...apiEnds];
  const bad = ends.filter((end) => end !== 'exit code 0');
  trial.promise(
    'who is told to stop ends with exit code 0',
    [
      `${ends.length - bad.length} of ${ends.length}: ${drained.length} workers, ${apiEnds.length} APIs`,
      ...bad,
    ].join(', '),
    bad.length === 0,
  );
  const found = new Map(jobs.map((detail) => [detail.job.id, detail.job]));
  const underway = drained.flatMap(({ name, underway: ids }) =>
    ids.map((id) => ({ name, job: found.get(id) })),
  );
  const finished = underway.filter(
    ({ name, job }) => job?.status === 'passed' && job.attempt === 1 && job.worker === name,
  );
  trial.promise(
    'a worker that is told to stop finishes what it has begun, in the same attempt',
    `${finished.length} of ${underway.length} jobs`,
    finished.length === underway.length && underway.length >= drained.length,
  );
}

async function promiseExactlyOnce(
  trial: Trial,
  farm: FarmUnderTest,
  posts: Posts,
  jobs: readonly JobDetail[],
  executed: readonly string[],
): Promise<void> {
  const passed = jobs.filter(({ job }) => job.status === 'passed' && job.attempt === 1);
  trial.promise(
    'nothing is lost: every job passes in its first attempt',
    `${passed.length} of ${jobs.length}`,
    passed.length === jobs.length && jobs.length > 0,
  );
  const once = jobs.filter(({ job }) => executed.filter((id) => id === job.id).length === 1);
  trial.promise(
    'nothing is executed twice',
    `${executed.length} executions of ${jobs.length} jobs`,
    once.length === jobs.length && executed.length === jobs.length,
  );
  let again = 0;
  for (const [key, id] of posts.accepted) if ((await postJob(farm, PROJECT, key)) === id) again += 1;
  const stored = await countJobs(farm);
  trial.promise(
    'no POST is lost or doubled while the API is started again',
    `${again} of ${posts.accepted.size} keys still name their job, of ${stored}; ${posts.repeats()} POSTs were repeated, the longest took ${(posts.longestMs() / 1000).toFixed(1)} s`,
    again === posts.accepted.size && stored === posts.accepted.size && posts.repeats() > 0,
  );
  const late = jobs.flatMap(({ attempts }) => attempts).filter((attempt) => attempt.superseded !== null);
  trial.promise(
    'no result is sent twice',
    `${late.length} results came to an attempt that was over`,
    late.length === 0,
  );
  const troubles = [farm.api, ...farm.workers].flatMap((each) => each.troubles());
  trial.promise(
    'no process finds a fault in it',
    [`${troubles.length} errors in the logs`, ...troubles.slice(0, 1)].join(': '),
    troubles.length === 0,
  );
}

async function restartApi(farm: FarmUnderTest): Promise<string> {
  const before = farm.api;
  await farm.restartApi();
  await until('the API serves', () => farm.client.call('getHealth'));
  return before.ended;
}

async function areAllAtWork(farm: FarmUnderTest, workers: number): Promise<boolean> {
  const { jobs } = await farm.client.call('listJobs', { query: { status: 'running' } });
  return new Set(jobs.map(({ worker }) => worker)).size === workers;
}

async function listRunning(farm: FarmUnderTest, worker: Worker): Promise<string[]> {
  const { jobs } = await farm.client.call('listJobs', { query: { status: 'running' } });
  return jobs.filter((job) => job.worker === worker.name && job.started_at !== null).map(({ id }) => id);
}

async function countJobs(farm: FarmUnderTest): Promise<number> {
  let count = 0;
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = { project: PROJECT, limit: 100, ...(cursor && { cursor }) };
    const page: JobPage = await farm.client.call('listJobs', { query });
    count += page.jobs.length;
    cursor = page.next_cursor;
  }
  return count;
}
