import { availableParallelism } from 'node:os';
import { watchCpu } from '../cpu-times.ts';
import { startFarm, type Backend } from '../farm.ts';
import type { Bench, Figure, Row } from '../figure.ts';
import { openWorktrees } from '../floors/worktrees/open-worktrees.ts';
import { postJob, register, waitUntilPassed } from '../jobs.ts';
import { startPosts } from '../load/posts/start-posts.ts';
import { makeRepository, type Repository } from '../repository.ts';
import { query } from '../stores.ts';
import { until } from '../until.ts';

const FILES = 20;
const SHARE_MIN = 0.7;
const CONNECTIONS = 16;
const WARM_UP = 10;
const POLL_MS = 200;
const BURST_MS = 60_000;

/** Many trivial jobs at once, on a worker that takes as many as there are cores; the bare loop before and after. */
function burst(backend: Backend): Figure {
  return {
    name: `burst-${backend}`,
    floor: 'bare loop at the same concurrency',
    aim: `at least ${SHARE_MIN * 100} % of the floor`,
    async measure(bench) {
      if (backend === 'redis' && bench.stores.redisUrl === null) return [];
      const count = bench.isQuick ? 200 : 1_000;
      const repository = makeRepository(bench.folder, FILES);
      const bare = await openWorktrees(bench, repository);
      const measureBare = () => bare.rate(count / 4, availableParallelism());
      const before = await measureBare();
      const value = await measureBurst(bench, backend, repository, count);
      const floor = (before + (await measureBare())) / 2;
      return [row(`a burst of ${count} jobs, ${backend} backend`, value, floor)];
    },
  };
}

export const burstOnRedis = burst('redis');
export const burstOnPostgres = burst('postgres');

/** Jobs per second, from the first request to the last job's end. */
async function measureBurst(
  bench: Bench,
  backend: Backend,
  repository: Repository,
  count: number,
): Promise<number> {
  await using farm = await startFarm(bench, { backend });
  await register(farm, 'small', repository, 'true');
  for (let done = 0; done < WARM_UP; done++) {
    await waitUntilPassed(farm, (await postJob(farm, 'small', { sha: repository.sha })).id);
  }
  const posts = await startPosts(bench, farm);
  const tellCpu = watchCpu(bench, farm, [{ name: 'client', pid: posts.pid }]);
  const { startedAt } = await posts.send({
    path: '/projects/small/jobs',
    body: { recipe: 'test', sha: repository.sha },
    connections: CONNECTIONS,
    countMax: count,
    msMax: BURST_MS,
  });
  await until('the burst is through', async () => isIdle(await farm.requests.get('/healthz')), {
    pauseMs: POLL_MS,
    withinMs: BURST_MS,
  });
  tellCpu();
  return (count / ((await lastFinish(farm.databaseUrl, WARM_UP + count)) - startedAt)) * 1000;
}

function isIdle({ text }: { text: string }): boolean {
  const { queue }: { queue: { queued: number; running: number } } = JSON.parse(text);
  return queue.queued === 0 && queue.running === 0;
}

/** Wall clock, in ms. @throws unless just that many jobs have passed. */
async function lastFinish(databaseUrl: string, passed: number): Promise<number> {
  const [row] = await query(
    databaseUrl,
    `select count(*) filter (where status = 'passed')::int as passed,
       (extract(epoch from max(finished_at)) * 1000)::float8 as last from jobs`,
  );
  const found = row as { passed: number; last: number }; // Its columns, as named above.
  if (found.passed !== passed) throw new Error(`${found.passed} jobs passed, not ${passed}`);
  return found.last;
}

function row(label: string, value: number, floor: number): Row {
  return { label, value, floor, unit: 'per s', isMet: value >= SHARE_MIN * floor };
}
