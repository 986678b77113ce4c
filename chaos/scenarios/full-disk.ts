// A disk that runs full: before a job, in the middle of one, and with the farm's own files on it.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { countExecutions, type Executions } from '@crafting-table/e2e/count-executions';
import { ended, getJob, logSays, queueJob, register } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest, Worker } from '@crafting-table/e2e/farm-under-test';
import { makeRepository, type Repository } from '@crafting-table/e2e/git-fixture';
import { makeGate, type Gate } from '@crafting-table/e2e/make-gate';
import { until } from '@crafting-table/e2e/until';
import type { Scenario, Trial } from '../scenario.ts';
import { mountSmallVolume, type SmallVolume } from '../small-volume.ts';

/** What lies on the small volume, and the setting that puts it there. */
const PLACES = [
  { what: 'workspaces', setting: 'CRAFTING_WORKSPACE_DIR' },
  { what: 'whole data folder', setting: 'CRAFTING_DATA_DIR' },
] as const;
type Place = (typeof PLACES)[number];
type When = 'at the start of a worker' | 'while it runs';
const SETTINGS = {
  CRAFTING_CONCURRENCY: '2',
  CRAFTING_RENEW_SECS: '0.5', // As often a worker is seen.
  CRAFTING_DISK_FLOOR_BYTES: String(5 * 1024 ** 3), // Of so small a volume a tenth is the floor.
};
const BELOW_FLOOR = 0.05;
/** How long nothing may be claimed: rounds of the sweep, which offers the jobs again and again. */
const HOLD_MS = { short: 2_000, full: 10_000 };
/** From the moment there is room: the next look at the disk, and the next delivery. */
const GO_ON_SECS = 15;
const WAITING_JOBS = 3;

/** Ways to fill a disk. Each prints first, and fails as its tools do when there is no room. */
const FILLERS = {
  'a tool that fails': 'cat /dev/zero > filled',
  'a tool that removes what it could not finish':
    'mkdir many; i=0; while head -c 1000000 /dev/zero > many/$i; do i=$((i+1)); done; rm -r many/$i; exit 2',
  'a lot of output while it is full':
    'cat /dev/zero > filled; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo "line $i of what is said all the same"; done; exit 3',
} as const;

type Filler = keyof typeof FILLERS;
const FILLER_NAMES: readonly Filler[] = [
  'a tool that fails',
  'a tool that removes what it could not finish',
  'a lot of output while it is full',
];

/** What is tried where; the full version tries everything everywhere. */
const SHORT: Record<Place['what'], { when: When; how: Filler }> = {
  workspaces: { when: 'at the start of a worker', how: 'a tool that removes what it could not finish' },
  'whole data folder': { when: 'while it runs', how: 'a lot of output while it is full' },
};

export const fullDisk: Scenario = {
  name: 'full-disk',
  title:
    'a tmpfs with the workspaces, then with all files of a worker, is below the floor and is filled by recipes',
  backends: ['redis', 'postgres'],
  async run(trial) {
    const repository = trial.use(await makeRepository({ 'kept.txt': 'x'.repeat(100_000) }));
    const farm = await trial.startFarm({ workers: 0, settings: SETTINGS });
    for (const place of PLACES) await fillPlace(trial, farm, repository, place);
  },
};

async function fillPlace(
  trial: Trial,
  farm: FarmUnderTest,
  repository: Repository,
  { what, setting }: Place,
): Promise<void> {
  await using volume = await mountSmallVolume(trial.isShort ? 48 : 512);
  await using executions = await countExecutions();
  await using gate = await makeGate();
  await using stopping = new AsyncDisposableStack();
  const project = what.replaceAll(' ', '-');
  await register(farm.client, project, repository.url, {
    test: `${executions.recipe}; echo works`,
    lint: `${executions.recipe}; ${gate.recipe}`,
  });

  const times: When[] = trial.isShort ? [SHORT[what].when] : ['at the start of a worker', 'while it runs'];
  if (times[0] === 'at the start of a worker') await volume.leave(BELOW_FLOOR);
  const worker = await farm.addWorker({ [setting]: volume.path });
  stopping.defer(async () => void (await worker.stop())); // Before its volume is taken away.
  for (const when of times)
    await holdBelowFloor(trial, farm, { what, when, project, worker, volume, executions });

  const neighbour = await queueJob(farm.client, project, { recipe: 'lint' });
  await logSays(farm.client, neighbour, 'ready');
  const ways = trial.isShort ? [SHORT[what].how] : FILLER_NAMES;
  for (const how of ways) {
    trial.stopping.throwIfAborted();
    await fillInMidJob(trial, farm, { what, how, repository });
  }
  await promiseGoingOn(trial, farm, { what, worker, gate, neighbour });
  await promiseTidiness(trial, { what, worker, volume });
}

type Held = {
  what: string;
  when: When;
  project: string;
  worker: Worker;
  volume: SmallVolume;
  executions: Executions;
};

/** Queues jobs that nobody may claim, and makes room for them then. */
async function holdBelowFloor(trial: Trial, farm: FarmUnderTest, held: Held): Promise<void> {
  const { what, when, project, worker, volume, executions } = held;
  if (when === 'while it runs') await volume.leave(BELOW_FLOOR);
  const { blocked, seen_at } = await blockedView(farm, worker);
  const before = (await executions.list()).length;
  const ids = await Promise.all(Array.from({ length: WAITING_JOBS }, () => queueJob(farm.client, project)));
  const heldUntil = Date.parse(seen_at) + (trial.isShort ? HOLD_MS.short : HOLD_MS.full);
  await until(
    'the worker has been seen for a while longer',
    async () => {
      return Date.parse((await workerView(farm, worker)).seen_at) > heldUntil;
    },
    60_000,
  );
  const jobs = await Promise.all(ids.map((id) => getJob(farm.client, id)));
  const claimed = jobs.filter(({ job }) => job.attempt > 0 || job.status !== 'queued').length;
  const executed = (await executions.list()).length - before;
  trial.promise(
    `below the floor nothing is claimed and the worker says why: ${what}, ${when}`,
    `${claimed} claimed, ${executed} executed; blocked: ${blocked}`,
    claimed === 0 && executed === 0 && /free .* floor/.test(blocked),
  );
  const roomAt = performance.now();
  await volume.makeRoom();
  const ends = await Promise.all(ids.map((id) => ended(farm.client, id)));
  const secs = (performance.now() - roomAt) / 1000;
  const passed = ends.filter(({ job }) => job.status === 'passed' && job.attempt === 1).length;
  const count = (await executions.list()).length - before;
  trial.promise(
    `with room again it goes on by itself within ${GO_ON_SECS} s: ${what}, ${when}`,
    `${passed} of ${ids.length} passed, ${count} executions, ${secs.toFixed(1)} s`,
    passed === ids.length && count === ids.length && secs <= GO_ON_SECS,
  );
}

async function fillInMidJob(
  trial: Trial,
  farm: FarmUnderTest,
  { what, how, repository }: { what: string; how: Filler; repository: Repository },
): Promise<void> {
  const project = `${what} ${how}`.replaceAll(' ', '-');
  await register(farm.client, project, repository.url, {
    test: `echo said before; ${FILLERS[how]}`,
    build: 'test -f kept.txt',
  });
  const id = await queueJob(farm.client, project);
  const { job } = await ended(farm.client, id);
  const log = await farm.client.readLog(id);
  const isKept = log.startsWith('said before\n') && log.includes('[crafting-table] disk_full');
  trial.promise(
    `a recipe that fills the disk ends as disk_full and its log is kept: ${what}, ${how}`,
    `${job.status}, ${job.reason}, exit code ${job.exit_code}; ${log.length} bytes of log`,
    job.status === 'failed' && job.reason === 'disk_full' && isKept,
  );
  const next = await ended(farm.client, await queueJob(farm.client, project, { recipe: 'build' }));
  trial.promise(
    `the next job passes: ${what}, ${how}`,
    `${next.job.status}, ${next.job.reason}, ${next.job.detail ?? 'no detail'}`,
    next.job.status === 'passed',
  );
}

async function promiseGoingOn(
  trial: Trial,
  farm: FarmUnderTest,
  { what, worker, gate, neighbour }: { what: string; worker: Worker; gate: Gate; neighbour: string },
): Promise<void> {
  gate.open();
  const { job } = await ended(farm.client, neighbour);
  const log = await farm.client.readLog(neighbour);
  trial.promise(
    `a job beside them ends as ever, and the worker lives: ${what}`,
    `${job.status}, ${job.reason}; the worker ${worker.hasEnded() ? `ended: ${await worker.ended}` : 'lives'}`,
    job.status === 'passed' && log === 'ready\nreleased\n' && !worker.hasEnded(),
  );
}

async function promiseTidiness(
  trial: Trial,
  { what, worker, volume }: { what: string; worker: Worker; volume: SmallVolume },
): Promise<void> {
  const end = await worker.stop();
  const left: string[] = [];
  for (const folder of [volume.path, join(volume.path, 'workspaces'), join(volume.path, 'spools')]) {
    if (!existsSync(folder)) continue;
    const entries = await readdir(folder, { withFileTypes: true });
    left.push(...entries.filter((each) => each.isDirectory() && isId(each.name)).map(({ name }) => name));
  }
  trial.promise(
    `the worker stops well and leaves no workspace and no spool on the volume: ${what}`,
    `${end}, ${left.length} folders left`,
    end === 'exit code 0' && left.length === 0,
  );
}

function isId(name: string): boolean {
  return /^[\da-f]{8}-/.test(name); // Workers have folders that are named by their ids.
}

async function blockedView(
  farm: FarmUnderTest,
  worker: Worker,
): Promise<{ blocked: string; seen_at: string }> {
  return until('the worker says that it is blocked', async () => {
    const { blocked, seen_at } = await workerView(farm, worker);
    return blocked !== null && { blocked, seen_at };
  });
}

async function workerView(farm: FarmUnderTest, worker: Worker) {
  const { workers } = await farm.client.call('getHealth');
  const view = workers.find(({ name }) => name === worker.name);
  if (view === undefined) throw new Error(`${worker.name} is not among the workers of the farm.`);
  return view;
}
