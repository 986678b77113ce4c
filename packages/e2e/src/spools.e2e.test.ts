// Workers whose workspaces lie on a volume that goes with them, and whose data on one that stays: as in a cluster.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logSays, queueJob, register } from './farm-calls.ts';
import { BACKENDS, startFarm } from './farm-under-test.ts';
import { makeRepository } from './git-fixture.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

test('spools of a worker that was killed stayed for good where its workspaces did not: the next one removes them', async () => {
  await using folder = await temporaryFolder('volumes');
  await using repository = await makeRepository({ 'README.md': 'x' });
  await using farm = await startFarm({ backend: BACKENDS[0]!, workers: 0, expectsTrouble: true });
  const dataDir = join(folder.path, 'data');
  const addPod = (name: string) =>
    farm.addWorker({ CRAFTING_DATA_DIR: dataDir, CRAFTING_WORKSPACE_DIR: join(folder.path, name) });
  const killed = await addPod('first');
  await register(farm.client, 'spooled', repository.url, { test: 'echo ready; exec sleep 7402' });
  await logSays(farm.client, await queueJob(farm.client, 'spooled'), 'ready');
  await killed.kill('SIGKILL');
  const left = () => readdirSync(join(dataDir, 'spools')).filter((name) => name.startsWith(killed.id));
  expect(left()).toContain(killed.id);
  const next = await addPod('second');
  await until('nothing of the killed one is left', () => left().length === 0);
  expect(readdirSync(join(dataDir, 'spools'))).toContain(`${next.id}.lock`);
});
