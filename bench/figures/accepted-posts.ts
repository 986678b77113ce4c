import { watchCpu } from '../cpu-times.ts';
import { startFarm } from '../farm.ts';
import type { Figure } from '../figure.ts';
import { measureCommits } from '../floors/commits/measure-commits.ts';
import { register } from '../jobs.ts';
import { startPosts } from '../load/posts/start-posts.ts';
import { makeRepository } from '../repository.ts';

const AIM_PER_SECOND = 1_000;
const CONNECTIONS = 32;
const WARM_UP_MS = 1_000;

/** How many jobs one API process takes down while no worker runs. */
export const acceptedPosts: Figure = {
  name: 'accepted-posts',
  floor: 'single-row commits, as many connections',
  aim: `at least ${AIM_PER_SECOND} per s`,
  async measure(bench) {
    const repository = makeRepository(bench.folder, 1);
    const floor = await measureCommits(bench, {
      connections: CONNECTIONS,
      ms: bench.isQuick ? 1_000 : 5_000,
    });
    const farm = await startFarm(bench, { workers: 0 });
    await register(farm, 'small', repository, 'true');
    const posts = await startPosts(bench, farm);
    const load = {
      path: '/projects/small/jobs',
      body: { recipe: 'test', sha: repository.sha },
      connections: CONNECTIONS,
      countMax: Number.MAX_SAFE_INTEGER,
    };
    await posts.send({ ...load, msMax: WARM_UP_MS });
    const tellCpu = watchCpu(bench, farm, [{ name: 'client', pid: posts.pid }]);
    const { perSecond, p99Ms } = await posts.send({ ...load, msMax: bench.isQuick ? 2_000 : 10_000 });
    tellCpu();
    return [
      { label: 'accepted POSTs', value: perSecond, floor, unit: 'per s', isMet: perSecond >= AIM_PER_SECOND },
      { label: 'accepted POSTs, p99 of the answer', value: p99Ms, floor: null, unit: 'ms', isMet: null },
    ];
  },
};
