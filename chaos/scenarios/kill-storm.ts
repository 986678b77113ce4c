// Workers die and freeze by the dice while hundreds of mixed jobs are under way.
import { setTimeout as delay } from 'node:timers/promises';
import type { JobDetail } from '@crafting-table/contracts/job';
import { countExecutions, type Executions } from '@crafting-table/e2e/count-executions';
import { getJob } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest, Worker } from '@crafting-table/e2e/farm-under-test';
import { makeRepository } from '@crafting-table/e2e/git-fixture';
import { until } from '@crafting-table/e2e/until';
import { countLeftovers } from '../count-leftovers.ts';
import { killBeforeClaim } from '../kill-before-claim.ts';
import { findFaults, MIXED_FILES, queueMixed, registerMixed } from '../mixed-jobs.ts';
import type { Scenario, Trial } from '../scenario.ts';
import { living, raiseStorm, type StormLimits, type StormReport } from '../worker-storm.ts';

type Size = StormLimits & { jobs: number; settings: Record<string, string>; foundAgainSecsMax: number };

const SHORT: Size = {
  jobs: 60,
  workers: 4,
  lengthMs: 6_000,
  killEveryMs: 1_200,
  freezeEveryMs: 900,
  frozenMsMax: 6_000,
  settings: {
    CRAFTING_LEASE_SECS: '3',
    CRAFTING_RENEW_SECS: '0.5',
    CRAFTING_LOST_GRACE_SECS: '1',
    CRAFTING_CLAIM_SECS: '3',
    CRAFTING_REDISPATCH_SECS: '2',
    CRAFTING_SWEEP_SECS: '0.25',
  },
  foundAgainSecsMax: 10,
};
/** The farm's own lease and sweep times. */
const FULL: Size = {
  jobs: 500,
  workers: 6,
  lengthMs: 120_000,
  killEveryMs: 4_000,
  freezeEveryMs: 6_000,
  frozenMsMax: 60_000,
  settings: {},
  foundAgainSecsMax: 30,
};
const QUIET_MS = 60_000;
const TIDY_MS = 20_000;
const LOG_TOLD_CHARS = 3_000;
/** Whatever is still to be done after that is told as broken. */
const END_MS = 180_000;

export const killStorm: Scenario = {
  name: 'kill-storm',
  title: 'workers are killed and frozen at random while mixed jobs are under way',
  backends: ['redis', 'postgres'],
  async run(trial) {
    const size = trial.isShort ? SHORT : FULL;
    const repository = trial.use(await makeRepository(MIXED_FILES));
    const executions = trial.use(await countExecutions());
    const early = await killBeforeClaim(trial, repository, size.settings);
    trial.promise(
      'a job whose worker was killed between delivery and claim starts elsewhere well within a minute',
      `${early.secs.toFixed(1)} s, at attempt ${early.attempts}`,
      early.secs < size.foundAgainSecsMax * trial.patience && early.attempts === 1,
    );

    const farm = await trial.startFarm({
      workers: size.workers,
      settings: { CRAFTING_CONCURRENCY: '2', ...size.settings },
    });
    await registerMixed(farm, repository, executions.recipe);
    const [ids, storm] = await Promise.all([queueOverTime(trial, farm, size), raiseStorm(trial, farm, size)]);
    const quietMs = await untilQuiet(trial, farm, storm);
    trial.promise(
      'no row is running a minute after the last kill',
      `the last one ended ${(quietMs / 1000).toFixed(1)} s after it`,
      quietMs < QUIET_MS,
    );
    await promiseTruth(trial, farm, { ids, storm, executions });
    await promiseTidiness(trial, farm, storm);
  },
};

/** As many jobs as there shall be, spread over the storm. */
async function queueOverTime(trial: Trial, farm: FarmUnderTest, { jobs, lengthMs }: Size): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < jobs) {
    ids.push(await queueMixed(farm, trial.random));
    await delay(lengthMs / jobs, undefined, { signal: trial.stopping });
  }
  return ids;
}

/** Resolves once every job has ended, with the time since the last kill. */
async function untilQuiet(trial: Trial, farm: FarmUnderTest, { lastKillAt }: StormReport): Promise<number> {
  const count = async (status: 'queued' | 'running') =>
    (await farm.client.call('listJobs', { query: { status, limit: 200 } })).jobs.length;
  let told = '';
  await until(
    'every job ends',
    async () => {
      if (trial.stopping.aborted) return true;
      const [queued, running] = [await count('queued'), await count('running')];
      const line = `${queued} queued, ${running} running`;
      if (line !== told) trial.tell(line);
      told = line;
      return queued + running === 0;
    },
    END_MS,
  );
  trial.stopping.throwIfAborted();
  return performance.now() - lastKillAt;
}

async function promiseTruth(
  trial: Trial,
  farm: FarmUnderTest,
  { ids, storm, executions }: { ids: string[]; storm: StormReport; executions: Executions },
): Promise<void> {
  const details: JobDetail[] = [];
  for (const id of ids) details.push(await getJob(farm.client, id));
  const executed = Map.groupBy(await executions.listAttempts(), (each) => each.split('.')[0]!);
  const faults = details.flatMap((detail) => findFaults(detail, executed.get(detail.job.id) ?? []));
  const accepted = details.filter(({ job }) => job.reason === 'exit').length;
  const attempts = details.flatMap((detail) => detail.attempts);
  const lost = attempts.filter(({ reason }) => reason === 'worker_lost').length;
  const total = [...executed.values()].flat().length;
  trial.promise(
    'the storm hits jobs',
    `${storm.kills} kills, ${storm.freezes} freezes, ${lost} attempts lost, ${attempts.length - accepted - lost} returned`,
    storm.kills > 0 && storm.freezes > 0 && attempts.length > accepted,
  );
  trial.promise(
    'each job ends with one accepted execution, or is lost without a right to another attempt',
    [
      `${ids.length} jobs: ${accepted} by exit, ${ids.length - accepted} lost`,
      `${total} executions: ${accepted} accepted, ${total - accepted} in lost attempts`,
      `${faults.length} faults`,
      ...faults.slice(0, 3),
    ].join('; '),
    faults.length === 0 && details.length === ids.length,
  );
}

/** What the killed ones left is cleared up by the next worker of their data folder. */
async function promiseTidiness(trial: Trial, farm: FarmUnderTest, storm: StormReport): Promise<void> {
  const before = await countLeftovers(farm);
  const stops: Promise<string>[] = [];
  for (const dataDir of storm.orphaned) {
    const next = await farm.addWorker({ CRAFTING_DATA_DIR: dataDir });
    const isTidy = async () => (await countLeftovers(farm, dataDir)).workspaces === 0;
    stops.push(
      until(`${dataDir} is tidy`, isTidy, TIDY_MS)
        .then(noop, noop)
        .then(() => stopWell(trial, next)),
    );
  }
  const ends = await Promise.all([...stops, ...living(farm).map((worker) => stopWell(trial, worker))]);
  const killed = ends.filter((end) => end !== 'exit code 0').length;
  const after = await countLeftovers(farm);
  trial.promise(
    'no process and no workspace is left once the data folders have a worker again',
    `${after.processes} processes, ${after.workspaces} workspaces, ${before.workspaces} before, ${killed} ends by force`,
    after.processes + after.workspaces + killed === 0,
  );
}

/** How it ended; when that was not by itself, the end of its log is told. */
async function stopWell(trial: Trial, worker: Worker): Promise<string> {
  const end = await worker.stop();
  if (end !== 'exit code 0') trial.tell(`${worker.name}: ${end}\n${worker.log().slice(-LOG_TOLD_CHARS)}`);
  return end;
}

/** What is not tidy in time is counted at the end. */
function noop(): void {}
