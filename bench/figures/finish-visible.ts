import { sleep, wallClockMs } from '../clock.ts';
import { startFarm, type BenchFarm } from '../farm.ts';
import type { Figure, Row } from '../figure.ts';
import { measureCommits } from '../floors/commits/measure-commits.ts';
import { postJob, register, stampingRecipe, waitUntilPassed } from '../jobs.ts';
import { makeRepository } from '../repository.ts';
import { median, percentile } from '../statistics.ts';

const FILES = 20;
const AIM_MS = 10;
const SETTLE_MS = 50;
const POLL_MS = 2;
const WARM_UP = 5;

/** From the recipe's last act to the moment a client knows the result. */
export const finishVisible: Figure = {
  name: 'finish-visible',
  floor: 'one durable commit',
  aim: `p50 at most ${AIM_MS} ms`,
  async measure(bench) {
    const repository = makeRepository(bench.folder, FILES);
    const commitMs =
      1000 / (await measureCommits(bench, { connections: 1, ms: bench.isQuick ? 500 : 2_000 }));
    const farm = await startFarm(bench);
    const recipe = stampingRecipe(bench);
    await register(farm, 'small', repository, recipe.command);
    const measureOne = async (waitForEnd: (farm: BenchFarm, id: string) => Promise<void>) => {
      const { id } = await postJob(farm, 'small', { sha: repository.sha });
      await waitForEnd(farm, id);
      const seenAt = wallClockMs();
      await sleep(SETTLE_MS);
      return seenAt - recipe.readMs(id);
    };
    for (let count = 0; count < WARM_UP; count++) await measureOne(hearOfEnd);
    const samples = { heard: [] as number[], polled: [] as number[] };
    for (let count = 0; count < (bench.isQuick ? 10 : 60); count++) {
      samples.heard.push(await measureOne(hearOfEnd));
      samples.polled.push(await measureOne((farm, id) => waitUntilPassed(farm, id, POLL_MS)));
    }
    return [
      ...rows('recipe finished → `end` event', samples.heard, commitMs),
      ...rows('recipe finished → seen by polling', samples.polled, commitMs),
    ];
  },
};

async function hearOfEnd({ client }: BenchFarm, id: string): Promise<void> {
  for await (const { event } of client.followLog(id)) if (event === 'end') return;
}

function rows(label: string, samples: number[], floor: number): Row[] {
  const p50 = median(samples);
  return [
    { label: `${label}, p50`, value: p50, floor, unit: 'ms', isMet: p50 <= AIM_MS },
    { label: `${label}, p95`, value: percentile(samples, 0.95), floor, unit: 'ms', isMet: null },
  ];
}
