// The file by whose age an engine judges a worker: CRAFTING_ALIVE_FILE.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { searchPath } from '@crafting-table/dev-services/config';
import { startFarmProcess } from '../farm-process.ts';
import { startFarm } from '../farm-under-test.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';

const NO_POSTGRES = 'postgres://crafting@127.0.0.1:1/crafting';

test('a worker that starts is not taken for one that hangs because of the sign of life of the one before it', async () => {
  await using folder = await temporaryFolder('life');
  const file = join(folder.path, 'worker-alive');
  await writeFile(file, '1\n');
  const worker = await startFarmProcess({
    app: 'worker',
    name: 'worker',
    environment: {
      PATH: searchPath(),
      DATABASE_URL: NO_POSTGRES,
      CRAFTING_DATA_DIR: folder.path,
      CRAFTING_ALIVE_FILE: file,
    },
  });
  try {
    await until('the sign of the former worker is gone', () => !existsSync(file));
    expect(worker.hasEnded()).toBe(false);
  } finally {
    await worker.kill('SIGKILL');
  }
});

test('a worker shows that it lives once it takes work', async () => {
  await using folder = await temporaryFolder('life');
  const file = join(folder.path, 'worker-alive');
  await using farm = await startFarm({ backend: 'postgres', settings: { CRAFTING_ALIVE_FILE: file } });
  expect(farm.workers).toHaveLength(1);
  await until('its sign of life is there', () => existsSync(file));
});
