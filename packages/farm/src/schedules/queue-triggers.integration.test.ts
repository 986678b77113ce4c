import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addProject, openFarmDatabase } from '@crafting-table/database/stand-ins/farm-rows';
import { searchPath, testRedisUrl } from '@crafting-table/dev-services/config';
import { startRedis } from '@crafting-table/dev-services/redis';
import { openDeliveries } from '@crafting-table/queues/open-deliveries';
import { openTriggers, type Triggers } from '@crafting-table/queues/open-triggers';
import { describe, expect, test, vi } from 'vitest';
import { deriveMissing } from './derive-schedules.ts';
import { listSchedules } from './list-schedules.ts';
import { nextTrigger } from './next-trigger.ts';
import { queueTriggers } from './queue-triggers.ts';

const WAIT = { timeout: 20_000, interval: 20 };
const ADMIN = { tokenId: 't', name: 'root', isAdmin: true };
const NIGHTLY = { cron: '30 2 * * *', tz: 'America/Los_Angeles', recipe: 'test', enabled: true } as const;

describe.runIf(testRedisUrl())('a Redis that comes back empty', () => {
  test('gets every schedule again, at the time at which its row says it fires next', async () => {
    await using farm = await openFarmDatabase();
    await addProject(farm.db, { schedule: [NIGHTLY, { ...NIGHTLY, recipe: 'lint', cron: '0 3 * * 1' }] });
    await deriveMissing(farm.db, NIGHTLY.tz, new Date());
    await using folder = await temporaryFolder();
    const options = { dataDir: folder.path, path: searchPath(), log: () => {} };
    await using first = (await startRedis(options))!; // The suite exists where there is one.
    const target = { backend: 'redis', url: first.url, prefix: 'test' } as const;
    await using deliveries = openDeliveries(target);
    await using triggers = openTriggers(target, nextTrigger);
    const pass = () => queueTriggers(farm.db, { deliveries, triggers });
    const { schedules } = await listSchedules(farm.db, ADMIN, null);
    const wanted = Object.fromEntries(schedules.map(({ id, next }) => [id, next!.at]));

    await vi.waitUntil(() => holdsAfter(pass, triggers, 2), WAIT);
    await first.stop();
    await rm(join(folder.path, 'store'), { recursive: true }); // Its password stays.
    await pass(); // Says nothing of a queue that is away.
    await using _ = await startRedis({ ...options, port: first.port });
    await vi.waitUntil(() => holdsAfter(pass, triggers, 2), WAIT);
    const held = await triggers.list();
    expect(Object.fromEntries(held.map(({ id, nextAt }) => [id, nextAt!.toISOString()]))).toEqual(wanted);
  });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'crafting-triggers-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function holdsAfter(pass: () => Promise<void>, triggers: Triggers, count: number): Promise<boolean> {
  await pass();
  const held = await triggers.list().catch(() => []); // The connection may still be on its way.
  return held.length === count;
}
