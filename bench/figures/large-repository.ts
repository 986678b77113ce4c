import { startFarm, type BenchFarm } from '../farm.ts';
import type { Figure, Row } from '../figure.ts';
import { sleep } from '../clock.ts';
import { openWorktrees } from '../floors/worktrees/open-worktrees.ts';
import { postJob, register, waitUntilPassed } from '../jobs.ts';
import { makeRepository } from '../repository.ts';
import { median } from '../statistics.ts';

const FILES = 2_000;
const REUSED_RATIO_MAX = 1;
const COLD_RATIO_MAX = 1.25;
/** What is left to do after the end of a job is not to meet the next sample. */
const SETTLE_MS = 300;

/**
 * A job from POST to end, against worktree + shell without a farm. A cold job is the first of this repository on a worker
 * that has just run one of another; the next one finds its workspace. All three in turns, for disks vary.
 */
export const largeRepository: Figure = {
  name: 'large-repository',
  floor: 'bare worktree + shell',
  aim: `at most ${REUSED_RATIO_MAX}x by reuse, ${COLD_RATIO_MAX}x cold`,
  async measure(bench) {
    const large = makeRepository(bench.folder, FILES);
    const small = makeRepository(bench.folder, 1);
    const bare = await openWorktrees(bench, large);
    const farm = await startFarm(bench, { workers: 0 });
    await register(farm, 'large', large, 'true');
    await register(farm, 'small', small, 'true');
    await onNewWorker(farm, () => measureJob(farm, 'large', large.sha)); // Makes the mirror.
    const samples = { cold: [] as number[], reused: [] as number[], bare: [] as number[] };
    for (let count = 0; count < (bench.isQuick ? 2 : 9); count++) {
      await onNewWorker(farm, async () => {
        await measureJob(farm, 'small', small.sha);
        samples.cold.push(await measureJob(farm, 'large', large.sha));
        const { startedAt, ranAt } = await bare.one('true');
        samples.bare.push(ranAt - startedAt);
        await sleep(SETTLE_MS);
        samples.reused.push(await measureJob(farm, 'large', large.sha));
      });
    }
    return [
      row(`a job on ${FILES} files, workspace reused`, samples.reused, samples.bare, REUSED_RATIO_MAX),
      row(`a job on ${FILES} files, cold`, samples.cold, samples.bare, COLD_RATIO_MAX),
    ];
  },
};

async function onNewWorker(farm: BenchFarm, work: () => Promise<unknown>): Promise<void> {
  await using stack = new AsyncDisposableStack();
  stack.use(await farm.startWorker());
  await work();
}

/** Milliseconds from the request to the end, as the farm noted it. */
async function measureJob(farm: BenchFarm, project: string, sha: string): Promise<number> {
  const { id, postedAt } = await postJob(farm, project, { sha });
  await waitUntilPassed(farm, id, 50);
  const { job } = await farm.client.call('getJob', { params: { id } });
  await sleep(SETTLE_MS);
  return Date.parse(job.finished_at!) - postedAt; // It has passed.
}

function row(label: string, samples: number[], bare: number[], ratioMax: number): Row {
  const value = median(samples);
  const floor = median(bare);
  return { label, value, floor, unit: 'ms', isMet: value <= ratioMax * floor };
}
