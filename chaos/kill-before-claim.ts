import { holdClaims } from '@crafting-table/database/stand-ins/hold-claims';
import { ended, queueJob, register } from '@crafting-table/e2e/farm-calls';
import type { Repository } from '@crafting-table/e2e/git-fixture';
import { until } from '@crafting-table/e2e/until';
import type { Trial } from './scenario.ts';

const FOUND_AGAIN_MS = 180_000;

/**
 * Kills a worker that has taken the delivery of the farm's only job and has not claimed it yet. Resolves with the seconds
 * from there to the start of the job on another worker, and with the number of its attempts.
 */
export async function killBeforeClaim(
  trial: Trial,
  repository: Repository,
  settings: Record<string, string>,
): Promise<{ secs: number; attempts: number }> {
  const farm = await trial.startFarm({ settings });
  await register(farm.client, 'early', repository.url, { test: 'true' });
  const taker = farm.workers[0]!; // A farm starts with one.
  const { id, killedAt } = await (async () => {
    await using claims = await holdClaims(farm.databaseUrl);
    const id = await queueJob(farm.client, 'early');
    await until('the delivery is taken', async () => (await claims.count()) > 0);
    await taker.kill('SIGKILL');
    await claims.drop();
    return { id, killedAt: Date.now() };
  })();
  await farm.addWorker();
  const { job } = await ended(farm.client, id, FOUND_AGAIN_MS);
  return { secs: (Date.parse(job.started_at ?? '') - killedAt) / 1000, attempts: job.attempt };
}
