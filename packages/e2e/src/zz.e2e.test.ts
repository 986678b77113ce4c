import { test } from 'vitest';
import { startFarmProcess } from './farm-process.ts';
import { startOwnStores } from './own-stores.ts';
import { searchPath } from '@crafting-table/dev-services/config';
test('worker first', async () => {
  await using stores = await startOwnStores();
  for (const redis of [undefined, stores.redisUrl]) {
    const w = await startFarmProcess({
      app: 'worker',
      name: 'w',
      environment: {
        PATH: searchPath(),
        HOME: '/tmp',
        DATABASE_URL: stores.databaseUrl,
        REDIS_URL: redis,
        CRAFTING_DATA_DIR: '/tmp/zz-data',
      },
    });
    await w.logged('ready').catch((e) => console.log(String(e.message).slice(0, 1500)));
    console.log(await w.stop());
  }
});
