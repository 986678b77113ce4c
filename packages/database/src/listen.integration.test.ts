import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import type { Database } from './connect.ts';
import { cancelJob } from './jobs/cancel-job.ts';
import { finishAttempt } from './jobs/finish-attempt.ts';
import { listen, type Notice } from './listen.ts';
import { appendLogChunks } from './log-chunks.ts';
import { addProject, addRunningJob, openFarmDatabase, passed } from './stand-ins/farm-rows.ts';
import { chunksOf } from './stand-ins/log-chunk.ts';

const WAIT = { timeout: 20_000, interval: 10 };

test('a listener hears of a log that grew, a cancel and an end, and of nothing else', async () => {
  await using farm = await openFarmDatabase();
  const heard: Notice[] = [];
  await using listener = listen({
    url: farm.url,
    channels: ['crafting_log', 'crafting_job', 'crafting_cancel'],
    onNotice: (notice) => heard.push(notice),
    onGap: () => {},
  });
  await vi.waitUntil(() => listener.connected, WAIT);
  const jobId = await addRunningJob(farm.db, await addProject(farm.db));
  await sql`select pg_notify('crafting_job', 'nonsense')`.execute(farm.db);
  await appendLogChunks(farm.db, { jobId, attempt: 1 }, chunksOf('one\n'), null);
  await cancelJob(farm.db, jobId, 'not needed');
  await finishAttempt(farm.db, passed(jobId));
  await vi.waitUntil(() => heard.length >= 3, WAIT);
  expect(heard).toEqual([
    { channel: 'crafting_log', id: jobId, attempt: 1 },
    { channel: 'crafting_cancel', id: jobId, attempt: 1 },
    { channel: 'crafting_job', id: jobId, attempt: 1 },
  ]);
});

test('a listener whose connection broke connects again and says that it may have missed something', async () => {
  await using farm = await openFarmDatabase();
  let gaps = 0;
  await using listener = listen({
    url: farm.url,
    channels: ['crafting_job'],
    onNotice: () => {},
    onGap: () => (gaps += 1),
  });
  await vi.waitUntil(() => listener.connected, WAIT);
  for (const round of [2, 3]) {
    await terminateListeners(farm.db);
    await vi.waitUntil(() => gaps === round, WAIT);
  }
  expect(await countListeners(farm.db)).toBe(1);
});

test('a listener that is disposed while it connects leaves nothing open', async () => {
  await using farm = await openFarmDatabase();
  const listener = listen({ url: farm.url, channels: ['crafting_job'], onNotice: () => {}, onGap: () => {} });
  await listener[Symbol.asyncDispose]();
  await vi.waitUntil(async () => (await countListeners(farm.db)) === 0, WAIT);
  expect(listener.connected).toBe(false);
});

async function terminateListeners(db: Database): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'crafting-listen' and datname = current_database()`.execute(db);
}

async function countListeners(db: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity
    where application_name = 'crafting-listen' and datname = current_database()`.execute(db);
  return rows[0]!.count;
}
