// docs/operations.md, backup and restore: the procedure as it stands there, with a farm that was in the middle of its work.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ORPHANED_LINE } from '@crafting-table/contracts/words';
import { ended, getJob, queueJob, reaches, register } from './farm-calls.ts';
import { BACKENDS, startFarm } from './farm-under-test.ts';
import { makeRepository } from './git-fixture.ts';
import { makeGate } from './make-gate.ts';
import { copyFolder } from './own-stores.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

/** Leases that end within seconds. */
const SETTINGS = {
  CRAFTING_LEASE_SECS: '3',
  CRAFTING_RENEW_SECS: '0.5',
  CRAFTING_LOST_GRACE_SECS: '1',
  CRAFTING_SWEEP_SECS: '0.25',
  CRAFTING_CONCURRENCY: '1',
};

test.each(BACKENDS)(
  'a farm on %s that is restored on an empty machine has all it had, ends what was running, runs what was queued, and works',
  async (backend) => {
    await using repository = await makeRepository();
    await using gate = await makeGate();
    await using safe = await temporaryFolder('safe');
    const copy = join(safe.path, 'postgres');
    const before = await (async () => {
      await using farm = await startFarm({
        backend,
        ownStores: true,
        settings: SETTINGS,
        expectsTrouble: true,
      });
      await register(farm.client, 'kept', repository.url, {
        test: gate.recipe,
        lint: `echo 'src/a.c:3:5: error: boom'; exit 1`,
        build: 'echo built',
      });
      const finished = await queueJob(farm.client, 'kept', { recipe: 'lint' });
      await ended(farm.client, finished);
      const running = await queueJob(farm.client, 'kept');
      await reaches(farm.client, running, 'running');
      const queued = await queueJob(farm.client, 'kept', { recipe: 'build' });
      const findings = await farm.client.call('listFindings', { params: { id: finished } });
      const log = await farm.client.readLog(finished);
      const detail = await getJob(farm.client, finished);
      await farm.stores!.postgres.stop();
      copyFolder(farm.stores!.postgres.folder, copy);
      await farm.stores!.postgres.start();
      gate.open();
      await until(
        'the old farm goes on',
        async () => (await getJob(farm.client, running)).job.status === 'passed',
        30_000,
      );
      await ended(farm.client, queued);
      return { finished, running, queued, findings, log, detail, bearer: farm.bearer };
    })();

    await using farm = await startFarm({
      backend,
      restoredFrom: { postgres: copy, bearer: before.bearer },
      settings: SETTINGS,
    });
    expect(await getJob(farm.client, before.finished)).toEqual(before.detail);
    expect(await farm.client.readLog(before.finished)).toBe(before.log);
    expect(await farm.client.call('listFindings', { params: { id: before.finished } })).toEqual(
      before.findings,
    );
    const lost = await ended(farm.client, before.running);
    expect(lost.job).toMatchObject({ status: 'failed', reason: 'worker_lost' });
    expect(lost.log_tail.at(-1)).toBe(ORPHANED_LINE);
    expect((await ended(farm.client, before.queued)).job).toMatchObject({
      status: 'passed',
      worker: 'worker-1',
    });
    const first = await queueJob(farm.client, 'kept', { recipe: 'build' });
    expect((await ended(farm.client, first)).job.status).toBe('passed');
    await until('health is good', async () => {
      const health = await farm.client.call('getHealth');
      return health.status === 'ok' && health.sweep.invariant_violations === 0;
    });
  },
);
