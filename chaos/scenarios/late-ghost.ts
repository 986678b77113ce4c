// A worker is frozen in the middle of its jobs until others have taken them over, and then thaws.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ORPHANED_LINE } from '@crafting-table/contracts/words';
import { countExecutions } from '@crafting-table/e2e/count-executions';
import { ended, getJob, logSays, queueJob, reaches, register } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest, Worker } from '@crafting-table/e2e/farm-under-test';
import { makeRepository } from '@crafting-table/e2e/git-fixture';
import { makeGate } from '@crafting-table/e2e/make-gate';
import { findRecipeProcesses, type FoundProcess } from '@crafting-table/e2e/process-search';
import { temporaryFolder } from '@crafting-table/e2e/temporary-folder';
import { until } from '@crafting-table/e2e/until';
import { observeAttempts, type ObservedAttempt } from '../observe-attempts.ts';
import type { Scenario, Trial } from '../scenario.ts';

const SHORT = {
  settings: { CRAFTING_LEASE_SECS: '3', CRAFTING_RENEW_SECS: '0.5', CRAFTING_LOST_GRACE_SECS: '1' },
  frozenMs: 8_000,
  goneMs: 5_000,
};
/** The farm's own lease of 30 s, renewed each 10 s. */
const FULL = { settings: {}, frozenMs: 120_000, goneMs: 15_000 };
/** A lease, its grace, and the way to the other worker. */
const TAKEN_OVER_MS = 90_000;

/** What becomes of the first attempt's recipe while its worker is frozen, and of the second attempt until it thaws. */
type Fate = { project: string; first: 'ends' | 'goes on'; second: 'ends' | 'goes on' | 'has no right' };
const FATES: readonly Fate[] = [
  { project: 'both-end', first: 'ends', second: 'ends' },
  { project: 'first-ends', first: 'ends', second: 'goes on' },
  { project: 'only-ends', first: 'ends', second: 'has no right' },
  { project: 'second-ends', first: 'goes on', second: 'ends' },
  { project: 'none-ends', first: 'goes on', second: 'goes on' },
  { project: 'only-goes-on', first: 'goes on', second: 'has no right' },
];
const FIRSTS_EXIT = 5;
const SECONDS_EXIT = 4;

type Haunted = Fate & { id: string };
type Observed = Awaited<ReturnType<typeof observeAttempts>>;

export const lateGhost: Scenario = {
  name: 'late-ghost',
  title: 'a worker is frozen in mid-job, another one takes over, and the first one thaws',
  backends: ['redis', 'postgres'],
  async run(trial) {
    const { settings, frozenMs, goneMs } = trial.isShort ? SHORT : FULL;
    const farm = await trial.startFarm({
      settings: { CRAFTING_CONCURRENCY: String(FATES.length), ...settings },
    });
    const ghost = farm.workers[0]!; // A farm starts with one.
    const stage = await setStage(trial);
    const jobs = await queueHaunted(farm, stage);

    let haunting = 0;
    const before = await freeze(trial, ghost, frozenMs, async () => {
      stage.firstMayEnd.open();
      await farm.addWorker();
      const tookMs = await timed(() => takenOver(farm, jobs));
      trial.tell(`taken over after ${inSeconds(tookMs)}`);
      stage.secondMayEnd.open();
      await Promise.all(jobs.filter((job) => job.second === 'ends').map((job) => ended(farm.client, job.id)));
      await stage.firstHasEnded(jobs);
      haunting = recipeProcessesOf(ghost).length;
      return observeAll(farm, jobs);
    });
    const goneAfterMs = await timed(() =>
      until('the ghost ends what it lost', () => recipeProcessesOf(ghost).length === 0),
    );
    await Promise.all(jobs.map(({ id }) => reportCame(farm, id)));
    stage.allMayEnd.open();
    await Promise.all(jobs.map(({ id }) => ended(farm.client, id)));
    const after = await observeAll(farm, jobs);

    promiseRefusal(trial, jobs, before, after);
    promiseSecond(trial, jobs, after);
    await promiseExecutions(trial, stage, after);
    trial.promise(
      'the ghost ends its own recipes once it has thawed',
      `${haunting} processes, gone after ${inSeconds(goneAfterMs)}`,
      haunting > 0 && goneAfterMs < goneMs,
    );
    await promiseReturn(trial, farm, ghost, stage);
  },
};

type Stage = Awaited<ReturnType<typeof setStage>>;

/** What the recipes do, and who lets them end. */
async function setStage(trial: Trial) {
  const repository = trial.use(await makeRepository());
  const outside = trial.use(await temporaryFolder('outside'));
  const executions = trial.use(await countExecutions());
  const firstMayEnd = trial.use(await makeGate());
  const secondMayEnd = trial.use(await makeGate());
  const allMayEnd = trial.use(await makeGate());
  const first = {
    ends: `${firstMayEnd.recipe}; echo 'src/a.c:2:1: error: too late'; touch "$OUTSIDE/$CRAFTING_PROJECT"; exit ${FIRSTS_EXIT}`,
    'goes on': `setsid sleep 7601 & echo ready; while test -d "$OUTSIDE"; do echo still here; sleep 0.1; done`,
  };
  const second = {
    ends: secondMayEnd.recipe,
    'goes on': allMayEnd.recipe,
    'has no right': 'echo it was not to be',
  };
  return {
    repository,
    executions,
    firstMayEnd,
    secondMayEnd,
    allMayEnd,
    env: { OUTSIDE: outside.path },
    recipeOf: (fate: Fate) =>
      `${executions.recipe}
      case "$CRAFTING_ATTEMPT" in
        *.1) echo 'src/a.c:1:1: error: by the first'; ${first[fate.first]} ;;
        *) echo 'src/a.c:1:1: error: by the second'; ${second[fate.second]}; exit ${SECONDS_EXIT} ;;
      esac`,
    firstHasEnded: (jobs: readonly Haunted[]) =>
      until('the recipes that end have ended', () =>
        jobs.every(({ first, project }) => first === 'goes on' || existsSync(join(outside.path, project))),
      ),
  };
}

async function queueHaunted(farm: FarmUnderTest, stage: Stage): Promise<Haunted[]> {
  const jobs: Haunted[] = [];
  for (const fate of FATES) {
    await register(farm.client, fate.project, stage.repository.url, {
      test: stage.recipeOf(fate),
      env: stage.env,
      retry_on: fate.second === 'has no right' ? [] : ['worker_lost'],
    });
    jobs.push({ ...fate, id: await queueJob(farm.client, fate.project) });
  }
  for (const { id } of jobs) await logSays(farm.client, id, 'ready');
  return jobs;
}

/** Thaws the worker after that time, whatever happens meanwhile. */
async function freeze<T>(trial: Trial, worker: Worker, ms: number, meanwhile: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  await worker.kill('SIGSTOP');
  try {
    const found = await meanwhile();
    const leftMs = Math.max(0, startedAt + ms - performance.now());
    trial.tell(`frozen for ${inSeconds(leftMs)} more`);
    await delay(leftMs, undefined, { signal: trial.stopping });
    return found;
  } finally {
    await worker.kill('SIGCONT');
  }
}

/** Whoever has the right to a second attempt is in the middle of it, and the others are told that their worker is lost. */
async function takenOver(farm: FarmUnderTest, jobs: readonly Haunted[]): Promise<void> {
  for (const { id, second } of jobs) {
    if (second === 'has no right') await ended(farm.client, id, TAKEN_OVER_MS);
    else await secondIsReady(farm, id);
  }
}

async function secondIsReady(farm: FarmUnderTest, id: string): Promise<void> {
  const look = async () => (await getJob(farm.client, id)).job.attempt === 2;
  await until(`job ${id} has a second attempt`, look, TAKEN_OVER_MS);
  await reaches(farm.client, id, 'running');
  await logSays(farm.client, id, 'ready');
}

function recipeProcessesOf(worker: Worker): FoundProcess[] {
  return findRecipeProcesses([`${worker.id}.`]);
}

async function reportCame(farm: FarmUnderTest, id: string): Promise<void> {
  await until(`the ghost reports the end of job ${id}`, async () => {
    const { attempts } = await getJob(farm.client, id);
    return attempts[0]?.superseded;
  });
}

async function observeAll(farm: FarmUnderTest, jobs: readonly Haunted[]): Promise<Observed[]> {
  return Promise.all(jobs.map(({ id }) => observeAttempts(farm, id)));
}

function promiseRefusal(trial: Trial, jobs: Haunted[], before: Observed[], after: Observed[]): void {
  const firsts = after.map(({ attempts }) => attempts[0]!); // Each job was executed by the ghost.
  const reports = firsts.map(({ superseded }) => `${superseded?.reason} ${superseded?.exit_code}`);
  trial.promise(
    'what the ghost reports is refused and kept as superseded',
    jobs.map(({ first }, index) => `${first}: ${reports[index]}`).join(', '),
    jobs.every(({ first }, index) =>
      first === 'ends'
        ? reports[index] === `exit ${FIRSTS_EXIT}`
        : firsts[index]!.superseded?.reason === 'superseded',
    ),
  );
  const changed = firsts.filter((first, index) => sealOf(first) !== sealOf(before[index]!.attempts[0]!));
  const lost = firsts.filter(
    ({ reason, exit_code, text, findings }) =>
      reason === 'worker_lost' &&
      exit_code === -1 &&
      text.endsWith(`${ORPHANED_LINE}\n`) &&
      findings.length === 0,
  );
  trial.promise(
    'the log, findings and result of a lost attempt stay as they were',
    `${lost.length} of ${firsts.length} lost, ${changed.length} changed by the ghost`,
    lost.length === firsts.length && changed.length === 0,
  );
}

/** All but what is kept as superseded. */
function sealOf(attempt: ObservedAttempt): string {
  return JSON.stringify({ ...attempt, superseded: null });
}

function promiseSecond(trial: Trial, jobs: Haunted[], after: Observed[]): void {
  const strays = jobs.flatMap((job, index) => {
    const found = describeStand(after[index]!);
    const promised =
      job.second === 'has no right'
        ? '1 attempts, failed worker_lost -1, 0 findings'
        : `2 attempts, failed exit ${SECONDS_EXIT}, 1 findings: by the second, released`;
    return found === promised ? [] : [`${job.project}: ${found}`];
  });
  trial.promise(
    'the log, findings and exit code are those of the second attempt where there is one',
    strays.length === 0 ? `${jobs.length} jobs, no exception` : strays.join('; '),
    strays.length === 0,
  );
}

function describeStand({ job, attempts }: Observed): string {
  const stand = `${attempts.length} attempts, ${job.status} ${job.reason} ${job.exit_code}, ${job.findings_count} findings`;
  const second = attempts[1];
  if (second === undefined) return stand;
  const lines = second.text.trimEnd().split('\n');
  return `${stand}: ${second.findings.join()}, ${lines.at(-1)}`;
}

async function promiseExecutions(trial: Trial, stage: Stage, after: Observed[]): Promise<void> {
  const attempts = after.flatMap(({ job, attempts }) => attempts.map(({ number }) => `${job.id}.${number}`));
  const executed = await stage.executions.listAttempts();
  trial.promise(
    'each attempt is executed once',
    `${executed.length} executions of ${attempts.length} attempts`,
    executed.toSorted().join() === attempts.toSorted().join(),
  );
}

/** With nobody else there, it is the ghost's turn. */
async function promiseReturn(trial: Trial, farm: FarmUnderTest, ghost: Worker, stage: Stage): Promise<void> {
  await Promise.all(farm.workers.filter((each) => each !== ghost).map((each) => each.stop()));
  await register(farm.client, 'afterwards', stage.repository.url, { test: 'true' });
  const ids = await Promise.all(FATES.map(() => queueJob(farm.client, 'afterwards')));
  const details = await Promise.all(ids.map((id) => ended(farm.client, id)));
  const done = details.filter(({ job }) => job.status === 'passed' && job.worker === ghost.name);
  trial.promise(
    'the ghost takes jobs again',
    `${done.length} of ${ids.length} passed`,
    done.length === ids.length,
  );
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await action();
  return performance.now() - startedAt;
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
