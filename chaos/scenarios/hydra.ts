// Recipes that leave behind whatever a process can become, and every way in which a recipe can end.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTAINMENTS, type Containment } from '@crafting-table/contracts/words';
import { spawnBound, stopChild } from '@crafting-table/dev-services/bound-child';
import { searchPath } from '@crafting-table/dev-services/config';
import { countExecutions, type Executions } from '@crafting-table/e2e/count-executions';
import { cancel, ended, getJob, logSays, queueJob, reaches, register } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest, Worker } from '@crafting-table/e2e/farm-under-test';
import { makeRepository } from '@crafting-table/e2e/git-fixture';
import { findProcessesCalled } from '@crafting-table/e2e/process-search';
import { temporaryFolder } from '@crafting-table/e2e/temporary-folder';
import { until } from '@crafting-table/e2e/until';
import { endSurvivors, findSurvivors, HEAD_FILES, HEAD_NAMES, headsAreOut } from '../hydra-heads.ts';
import type { Scenario, Trial } from '../scenario.ts';

const TERMINAL_SECS = 20;
/** The least time for a search: what takes longer than its limit must not pass unseen because the search was too short. */
const GONE_MS = 5_000;
const END_MS = 60_000;
const READY_MS = 30_000;

/** Leaves something in every folder it has, starts all heads, and ends well once it is told to. */
const HYDRA =
  'touch litter .hidden-litter "$HOME/litter" "$TMPDIR/litter"; sh hydra.sh; echo ready; until test -e "$ENDS/$CRAFTING_JOB_ID" || ! test -d "$ENDS"; do sleep 0.05; done';
/** The names in /proc are its own PID namespace's where there is one; what is outside of that the scenario looks at itself. */
const CLEAN = [
  'test -z "$(git status --porcelain --ignored)"',
  'test -z "$(ls -A "$HOME")"',
  'test -z "$(ls -A "$TMPDIR")"',
  '! printenv BEFORE | grep -qsf - /proc/[0-9]*/cmdline',
].join(' && ');

/** `lost`: its worker is killed. */
const ENDINGS = {
  cancel: { status: 'cancelled', reason: 'cancelled' },
  timeout: { status: 'failed', reason: 'timeout' },
  exit: { status: 'passed', reason: 'exit' },
  lost: { status: 'failed', reason: 'worker_lost' },
} as const;
type Ending = keyof typeof ENDINGS;
const ENDING_NAMES: readonly Ending[] = ['cancel', 'timeout', 'exit', 'lost'];

export const hydra: Scenario = {
  name: 'hydra',
  title:
    'recipes leave daemons, orphans, forkers and a ssh-agent, and are cancelled, late, done, or lose their worker',
  backends: ['redis', 'postgres'],
  async run(trial) {
    const repository = trial.use(await makeRepository(HEAD_FILES));
    const executions = trial.use(await countExecutions());
    const ends = trial.use(await temporaryFolder('ends'));
    const canary = trial.use(await startCanary(ends.path));
    const farm = await trial.startFarm({
      workers: 0,
      settings: {
        CRAFTING_CONCURRENCY: '1',
        CRAFTING_KILL_GRACE_SECS: trial.isShort ? '1' : '10',
        CRAFTING_LEASE_SECS: '3',
        CRAFTING_RENEW_SECS: '0.5',
        CRAFTING_LOST_GRACE_SECS: '2',
      },
    });
    const levels = trial.isShort ? [CONTAINMENTS[0], CONTAINMENTS.at(-1)!] : CONTAINMENTS; // There are three.
    for (const level of levels) {
      await register(farm.client, level, repository.url, {
        test: `${executions.recipe}; ${HYDRA}`,
        env: { ENDS: ends.path, BEATS: ends.path },
      });
      await endAllWays(trial, farm, { level, executions, endsFolder: ends.path, url: repository.url });
    }
    const isAlive = findProcessesCalled(canary.name).length === 1;
    trial.promise('who is no part of a recipe lives on', isAlive ? 'alive' : 'killed', isAlive);
  },
};

type Round = { level: Containment; executions: Executions; endsFolder: string; url: string };

/** Four workers with one slot each, and in each slot a hydra that ends in another way. */
async function endAllWays(trial: Trial, farm: FarmUnderTest, round: Round): Promise<void> {
  const { level, executions, endsFolder } = round;
  trial.stopping.throwIfAborted();
  await Promise.all(ENDING_NAMES.map(() => farm.addWorker({ CRAFTING_CONTAINMENT: level })));
  await using stopping = new AsyncDisposableStack();
  stopping.defer(async () => {
    await Promise.all(farm.workers.map((worker) => worker.stop())); // The next level has the queue for itself.
  });

  const timeoutSecs = trial.isShort ? 7 : 20;
  const jobs = new Map<Ending, string>();
  stopping.defer(() => endSurvivors(jobs.values()));
  for (const ending of ENDING_NAMES) {
    const limit = ending === 'timeout' ? { timeout_secs: timeoutSecs } : {};
    jobs.set(ending, await queueJob(farm.client, level, limit));
  }
  await Promise.all([...jobs.values()].map((id) => headsAreOut(id, READY_MS)));
  for (const id of jobs.values()) await logSays(farm.client, id, 'ready');
  trial.tell(`${level}: ${jobs.size} jobs with ${HEAD_NAMES.length} heads each`);

  const lostWorker = await workerOf(farm, jobs.get('lost')!); // Each ending has its job.
  const measured = await Promise.all(
    [...jobs].map(async ([ending, id]) => {
      const from = await bringAbout(ending, id, { farm, lostWorker, endsFolder });
      const { job, attempts } = await ended(farm.client, id, END_MS);
      const secs = (Date.parse(job.finished_at ?? '') - from) / 1000;
      if (ending === 'lost' && level === 'marker') await replace(farm, lostWorker, level);
      const leftMs = from + TERMINAL_SECS * 1000 - Date.now();
      const survivors = await findSurvivors(id, endsFolder, Math.max(GONE_MS, leftMs));
      const { status, reason } = ENDINGS[ending];
      const isAsExpected =
        job.status === status && job.reason === reason && attempts[0]?.containment === level;
      trial.promise(
        `${level}, ${ending}: the job is over within ${TERMINAL_SECS} s and none of ${HEAD_NAMES.length} heads survives`,
        `${secs.toFixed(1)} s, ${job.status}, ${job.reason}, survivors: ${survivors.join(', ') || 'none'}`,
        secs <= TERMINAL_SECS && survivors.length === 0 && isAsExpected,
      );
    }),
  );
  if (level !== 'marker') await replace(farm, lostWorker, level);
  const counts = (await executions.list()).filter((id) => [...jobs.values()].includes(id)).length;
  trial.promise(
    `${level}: each was executed once`,
    `${counts} executions of ${measured.length}`,
    counts === jobs.size,
  );
  await promiseCleanSlots(trial, farm, round, [...jobs.values()]);
}

/** Resolves with the moment, in ms since 1970, from which its end is due. */
async function bringAbout(
  ending: Ending,
  id: string,
  { farm, lostWorker, endsFolder }: { farm: FarmUnderTest; lostWorker: Worker; endsFolder: string },
): Promise<number> {
  const from = Date.now();
  if (ending === 'cancel') await cancel(farm.client, id);
  if (ending === 'exit') await writeFile(join(endsFolder, id), '');
  if (ending === 'lost') await lostWorker.kill('SIGKILL');
  if (ending === 'timeout') return Date.parse((await getJob(farm.client, id)).job.deadline_at ?? '');
  return from;
}

async function replace(farm: FarmUnderTest, dead: Worker, level: Containment): Promise<void> {
  await farm.addWorker({ CRAFTING_DATA_DIR: dead.dataDir, CRAFTING_CONTAINMENT: level });
}

/** One job for each slot, all at once, so that none is left out. */
async function promiseCleanSlots(
  trial: Trial,
  farm: FarmUnderTest,
  { level, endsFolder, url }: Round,
  before: readonly string[],
): Promise<void> {
  // The same repository in the same project: its workspaces are the ones that would be used again.
  const wait = `echo looked; until test -e "$ENDS/${level}"; do sleep 0.05; done`;
  await farm.client.call('replaceProject', {
    params: { name: level },
    body: {
      name: level,
      git_url: url,
      subprojects: [
        {
          path: '.',
          language: 'shell',
          test: `${CLEAN}; clean=$?; ${wait}; exit $clean`,
          env: { ENDS: endsFolder, BEFORE: before.join('\n') },
        },
      ],
    },
  });
  const ids = await Promise.all(before.map(() => queueJob(farm.client, level)));
  const running = await Promise.all(ids.map((id) => reaches(farm.client, id, 'running')));
  for (const id of ids) await logSays(farm.client, id, 'looked');
  const left = (await Promise.all(before.map((id) => findSurvivors(id, endsFolder, GONE_MS)))).flat();
  await writeFile(join(endsFolder, level), '');
  const ends = await Promise.all(ids.map((id) => ended(farm.client, id)));
  const passed = ends.filter(({ job }) => job.status === 'passed').length;
  const slots = new Set(running.map(({ worker }) => worker)).size;
  trial.promise(
    `${level}: the next job of each slot finds a fresh workspace and no process of the one before`,
    `${passed} of ${ids.length} passed in ${slots} slots, ${left.length} processes left`,
    passed === ids.length && slots === before.length && left.length === 0,
  );
}

async function workerOf(farm: FarmUnderTest, id: string): Promise<Worker> {
  const { job } = await getJob(farm.client, id);
  return farm.workers.findLast(({ name }) => name === job.worker)!; // A running job names its worker.
}

/** Another one's process: the same user, program and kind of name, in a folder that is no recipe's. */
async function startCanary(folder: string): Promise<AsyncDisposable & { name: string }> {
  const name = `hydra-canary-${process.pid}`;
  const child = spawnBound({
    command: 'perl',
    args: ['-e', 'sleep 3600', name],
    deathSignal: 'SIGTERM',
    cwd: folder,
    env: { PATH: searchPath(), CRAFTING_ATTEMPT: '' },
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  await until('the canary sits', () => findProcessesCalled(name).length === 1);
  return { name, [Symbol.asyncDispose]: () => stopChild(child, [{ signal: 'SIGTERM', waitMs: GONE_MS }]) };
}
