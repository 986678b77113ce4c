// Many attempts of one repository at once, while the repository is changed under them and both ends collect garbage.
import { spawnSync } from 'node:child_process';
import { lutimesSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '@crafting-table/contracts/job';
import { searchPath } from '@crafting-table/dev-services/config';
import { ended, queueJob, register } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest } from '@crafting-table/e2e/farm-under-test';
import { temporaryFolder } from '@crafting-table/e2e/temporary-folder';
import { until } from '@crafting-table/e2e/until';
import { collectOften, type Collecting } from '../collect-often.ts';
import { diskBytes } from '../disk-usage.ts';
import type { Scenario, Trial } from '../scenario.ts';
import {
  makeTroubledOrigin,
  TREE_HASH_RECIPE,
  type Pushed,
  type TroubledOrigin,
} from '../troubled-origin.ts';

const PROJECT = 'raced';
const DAY_MS = 86_400_000;
/** A mirror keeps for a week what was pushed away. */
const WEEK_AND_DAY_MS = 8 * DAY_MS;
/** Times the size of a mirror made anew: the same objects, packed at another time. */
const MIRROR_GROWTH_MAX = 1.25;
/** The few small files that only a collection makes. */
const MIRROR_OVERHEAD_BYTES = 64 * 1024;
/** Commits that further jobs may still ask for. */
const KEPT_COMMITS = 40;
const JOBS_PER_PUSH = 8;
const WAVE_MS = 120_000;

export const worktreeRace: Scenario = {
  name: 'worktree-race',
  title: 'many jobs of one repository at once, beside forced pushes, deleted branches and garbage collection',
  backends: ['redis', 'postgres'],
  async run(trial) {
    const { slots, waveJobs, forMs } = trial.isShort
      ? { slots: 16, waveJobs: 64, forMs: 8_000 }
      : { slots: 64, waveJobs: 384, forMs: 150_000 };
    const host = trial.use(await temporaryFolder('host'));
    const origin = trial.use(await makeTroubledOrigin(trial.random));
    const farm = await trial.startFarm({
      workers: 0,
      settings: { CRAFTING_CONCURRENCY: String(slots / 2) },
    });
    const onHost = { CRAFTING_DATA_DIR: host.path };
    const workers = await Promise.all([farm.addWorker(onHost), farm.addWorker(onHost)]);
    const outside = trial.use(await temporaryFolder('sightings')); // A recipe sees nothing of the worker's own folder.
    const sightings = join(outside.path, 'seen');
    writeFileSync(sightings, '');
    await register(farm.client, PROJECT, origin.url, { test: recipeWriting(sightings) });
    const race: Race = { trial, farm, origin, queued: new Map(), pool: [...origin.mains], atOnce: 0 };
    {
      await using collecting = await collectOften(host.path);
      const endAt = Date.now() + forMs;
      while (Date.now() < endAt && !trial.stopping.aborted) {
        await rideWave(race, waveJobs);
        await collecting.hasRepackedAgain();
        origin.forgetBefore(race.pool.at(-KEPT_COMMITS)?.number ?? 0);
        race.pool = race.pool.slice(-KEPT_COMMITS);
        origin.collect();
        trial.tell(`${race.queued.size} jobs so far`);
      }
      await leaveQuiet(race, collecting);
      await promiseExecutions(race, sightings, collecting.repacked());
    }
    for (const worker of workers) await worker.stop();
    await promiseDisk(race, host.path);
  },
};

/** What a job was queued for: one commit, or what `main` was at some time after these many earlier ones. */
type Wish = { commit: Pushed } | { mainsBefore: number };

type Race = {
  trial: Trial;
  farm: FarmUnderTest;
  origin: TroubledOrigin;
  queued: Map<string, Wish>;
  /** Commits that can be asked for, oldest first. */
  pool: Pushed[];
  /** The most jobs that were seen running. */
  atOnce: number;
};

/** Says what it found in its workspace, in a file outside the farm, and leaves a mess of its own kind there. */
function recipeWriting(file: string): string {
  const found = [
    '$CRAFTING_JOB_ID',
    '$(git rev-parse HEAD)',
    `$(${TREE_HASH_RECIPE})`,
    '$(git status --porcelain --ignored | wc -l)',
    '$(git for-each-ref refs/heads refs/tags/mine | wc -l)',
  ];
  return `echo "${found.join(' ')}" >> '${file}'
    case $CRAFTING_JOB_ID in
      *[0-3]) git checkout -q -b mine; git -c user.name=me -c user.email=me@example.test commit -q --allow-empty -m mine;;
      *[4-7]) rm -r src; echo changed >> number; git update-index --assume-unchanged number;;
      *[89a]) mkdir -p out/deep; echo new > out/deep/file; echo out > .gitignore; git tag mine;;
      *[bc]) rm -rf .git;;
    esac`;
}

/** Queues so many jobs, changes the repository until the last has ended. */
async function rideWave(race: Race, count: number): Promise<void> {
  const { trial, farm, origin, queued } = race;
  const wanted = queued.size + count;
  await until(
    'the jobs of a wave end',
    async () => {
      makeTrouble(race);
      for (let jobs = 0; jobs < JOBS_PER_PUSH && queued.size < wanted; jobs++) await queueOne(race);
      const running = await countJobs(farm, 'running');
      race.atOnce = Math.max(race.atOnce, running);
      if (trial.random() < 0.1) origin.collect();
      if (trial.stopping.aborted) return true;
      return queued.size >= wanted && running === 0 && (await countJobs(farm, 'queued')) === 0;
    },
    WAVE_MS,
  );
}

/** Each kind in its turn, so that even a short race has all of them. */
function makeTrouble({ origin, pool }: Race): void {
  const turn = origin.counts.pushes % 3;
  if (turn === 0) pool.push(origin.push('forwards'));
  else if (turn === 1) pool.push(origin.push('by force'));
  else pool.push(origin.pushBranch());
}

async function queueOne({ trial, farm, origin, pool, queued }: Race): Promise<void> {
  const newest = pool.at(-1)!; // Trouble comes first.
  if (trial.random() < 0.2) {
    const mainsBefore = origin.mains.length - 1; // The last of them is what `main` is now.
    const id = await queueJob(farm.client, PROJECT, { ref: 'main' });
    queued.set(id, { mainsBefore });
    return;
  }
  const commit = pool[Math.floor(trial.random() * pool.length)] ?? newest;
  queued.set(await queueJob(farm.client, PROJECT, { sha: commit.sha }), { commit });
}

async function countJobs(farm: FarmUnderTest, status: Job['status']): Promise<number> {
  return (await farm.client.call('listJobs', { query: { project: PROJECT, status, limit: 200 } })).jobs
    .length;
}

async function listJobs({ farm, queued }: Race): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await farm.client.call('listJobs', {
      query: { project: PROJECT, limit: 200, ...(cursor !== undefined && { cursor }) },
    });
    jobs.push(...page.jobs.filter(({ id }) => queued.has(id)));
    if (page.next_cursor === null) return jobs;
    cursor = page.next_cursor;
  }
}

async function promiseExecutions(race: Race, sightings: string, repacked: number): Promise<void> {
  const { trial, origin, queued } = race;
  const { pushes, forced, deleted, collections } = origin.counts;
  const jobs = await listJobs(race);
  const failed = jobs.filter(({ status }) => status !== 'passed');
  trial.promise(
    'no job fails over its repository',
    [
      `${failed.length} of ${jobs.length} jobs, up to ${race.atOnce} at once`,
      `${pushes} pushes, ${forced} of them forced, ${deleted} branches deleted`,
      `collected ${collections} times in the origin, ${repacked} times in the mirror`,
      ...failed.slice(0, 3).map(({ reason, detail }) => `${reason}: ${detail}`),
    ].join('; '),
    failed.length === 0 && jobs.length === queued.size && forced > 0 && deleted > 0 && collections > 0,
  );

  const seen = Map.groupBy(readFileSync(sightings, 'utf8').split('\n').filter(Boolean), (line) =>
    line.slice(0, line.indexOf(' ')),
  );
  const strays = jobs.flatMap((job) => {
    const wish = queued.get(job.id)!; // listJobs() passes over others.
    const wanted = 'commit' in wish ? [wish.commit] : origin.mains.slice(wish.mainsBefore);
    const commit = wanted.find(({ sha }) => sha === job.sha);
    const found = seen.get(job.id) ?? [];
    const isRight = found.length === 1 && commit !== undefined && found[0] === sightingOf(job.id, commit);
    return isRight ? [] : [`job ${job.id} at ${job.sha}, ${found.length} times: ${found.join(', ')}`];
  });
  trial.promise(
    'each is executed once, on exactly its commit, clean, and sees nothing of another one',
    [`${strays.length} of ${jobs.length} not`, ...strays.slice(0, 3)].join('; '),
    strays.length === 0 && seen.size === jobs.length,
  );
}

/** The line that `recipeWriting` writes where everything is as it should be. */
function sightingOf(jobId: string, { sha, treeHash }: Pushed): string {
  return `${jobId} ${sha} ${treeHash} 0 0`;
}

/** The origin forgets what no branch reaches, the mirror learns of the last push and is collected once more. */
async function leaveQuiet({ farm, origin, queued }: Race, collecting: Collecting): Promise<void> {
  const last = origin.push('by force');
  origin.forgetBefore(Number.POSITIVE_INFINITY);
  origin.collect();
  const id = await queueJob(farm.client, PROJECT, { ref: 'main' });
  queued.set(id, { commit: last });
  await ended(farm.client, id);
  await collecting.hasRepackedAgain();
}

async function promiseDisk({ trial, farm, origin }: Race, host: string): Promise<void> {
  const left = ['workspaces', 'spools'].flatMap((name) => foldersIn(join(host, name)));
  trial.promise(
    'no workspace is left on the disk',
    left.length === 0 ? 'none' : left.slice(0, 3).join(', '),
    left.length === 0,
  );
  const mirrors = join(host, 'mirrors');
  const mirror = join(mirrors, readdirSync(mirrors).find((name) => name.endsWith('.git')) ?? 'none');
  const complaints = checkRepository(mirror);
  trial.promise('git fsck finds nothing wrong with the mirror', complaints || 'nothing', complaints === '');

  const bytesBefore = diskBytes(mirror);
  makeOlder(mirror);
  await farm.addWorker({ CRAFTING_DATA_DIR: host }); // It collects garbage as it starts.
  await register(farm.client, 'fresh', origin.url, { test: 'true' });
  await ended(farm.client, await queueJob(farm.client, 'fresh', { ref: 'main' }));
  const fresh = readdirSync(mirrors).find((name) => name.endsWith('.git') && join(mirrors, name) !== mirror);
  const freshBytes = diskBytes(join(mirrors, fresh ?? 'none'));
  const bytesMax = freshBytes * MIRROR_GROWTH_MAX + MIRROR_OVERHEAD_BYTES;
  await until('the mirror shrinks', () => diskBytes(mirror) <= bytesMax).catch(() => {}); // The promise says it.
  const bytes = diskBytes(mirror);
  trial.promise(
    `after a quiet week the mirror is at most ${MIRROR_GROWTH_MAX} times a fresh one, and ${kib(MIRROR_OVERHEAD_BYTES)}`,
    `${kib(bytes)}, a fresh one ${kib(freshBytes)}, before that week ${kib(bytesBefore)}`,
    bytes <= bytesMax && checkRepository(mirror) === '',
  );
}

function checkRepository(gitDir: string): string {
  const environment = { PATH: searchPath(), HOME: gitDir, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1' };
  const args = ['--git-dir', gitDir, 'fsck', '--full', '--no-dangling', '--no-progress'];
  const { stdout, stderr, status } = spawnSync('git', args, { env: environment, encoding: 'utf8' });
  const lines = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('notice: '));
  return status === 0 ? lines.join('; ') : `exit code ${status}: ${lines.join('; ')}`;
}

/** Lock files stay until the next worker of the host comes. */
function foldersIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** As it would be had nobody touched it for longer than the farm keeps what was pushed away. */
function makeOlder(folder: string): void {
  const then = new Date(Date.now() - WEEK_AND_DAY_MS);
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    lutimesSync(join(folder, entry), then, then);
  }
}

function kib(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
