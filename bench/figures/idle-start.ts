import { sleep } from '../clock.ts';
import { watchCpu } from '../cpu-times.ts';
import { startFarm, type BenchFarm } from '../farm.ts';
import type { Figure, Row } from '../figure.ts';
import { openWorktrees } from '../floors/worktrees/open-worktrees.ts';
import { postJob, register, stampingRecipe, waitUntilPassed, type Commit } from '../jobs.ts';
import { makeRepository } from '../repository.ts';
import { median, percentile } from '../statistics.ts';

const FILES = 20;
const ADDED_MS_MAX = 10;
/** The farm is left alone until the job is surely through, and again until what follows its end has been done. */
const LEFT_ALONE_MS = 150;
const WARM_UP = 5;

/** From an idle farm's POST to the recipe, job by job, the bare way in between. */
export const idleStart: Figure = {
  name: 'idle-start',
  floor: 'bare worktree + shell',
  aim: `p50 at most the floor + ${ADDED_MS_MAX} ms`,
  async measure(bench) {
    const repository = makeRepository(bench.folder, FILES);
    const farm = await startFarm(bench);
    const bare = await openWorktrees(bench, repository);
    const recipe = stampingRecipe(bench);
    await register(farm, 'small', repository, recipe.command);
    const measureOne = async (commit: Commit) => {
      const { id, postedAt } = await postJob(farm, 'small', commit);
      await letFinish(farm, id);
      return recipe.readMs(id) - postedAt;
    };
    for (let count = 0; count < WARM_UP; count++) await measureOne({ ref: 'main' });
    const tellCpu = watchCpu(bench, farm);
    const samples = { ref: [] as number[], sha: [] as number[], bare: [] as number[] };
    for (let count = 0; count < (bench.isQuick ? 10 : 60); count++) {
      samples.ref.push(await measureOne({ ref: 'main' }));
      samples.sha.push(await measureOne({ sha: repository.sha }));
      const { name, startedAt } = await bare.one(recipe.command);
      samples.bare.push(recipe.readMs(name) - startedAt);
    }
    tellCpu();
    return [
      ...rows('idle POST → recipe started, by branch', samples.ref, samples.bare),
      ...rows('idle POST → recipe started, by commit', samples.sha, samples.bare),
    ];
  },
};

async function letFinish(farm: BenchFarm, id: string): Promise<void> {
  await sleep(LEFT_ALONE_MS);
  await waitUntilPassed(farm, id);
  await sleep(LEFT_ALONE_MS / 3);
}

function rows(label: string, samples: number[], bare: number[]): Row[] {
  const value = median(samples);
  const floor = median(bare);
  return [
    { label: `${label}, p50`, value, floor, unit: 'ms', isMet: value <= floor + ADDED_MS_MAX },
    {
      label: `${label}, p95`,
      value: percentile(samples, 0.95),
      floor: percentile(bare, 0.95),
      unit: 'ms',
      isMet: null,
    },
  ];
}
