import { expect, test } from 'vitest';
import { listAttempts } from './jobs/find-job.ts';
import { listLogChunks } from './log-chunks.ts';
import { findOldLogs, removeLogs } from './log-retention.ts';
import { addProject, addRunningJob, openFarmDatabase, type FarmDatabase } from './stand-ins/farm-rows.ts';
import { addDailyJobs } from './stand-ins/old-rows.ts';

const KEEP_ALL = { log_days: 0, log_count: 100, log_bytes: 1e9, log_bytes_total: 1e9 };

async function removeOldLogs(db: FarmDatabase['db'], keep: typeof KEEP_ALL): Promise<number> {
  const old = await findOldLogs(db, keep);
  const gone = await removeLogs(db, old);
  expect(await removeLogs(db, old)).toEqual([]); // Once gone they are counted no more.
  expect(gone.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)).toBe(10 * old.length);
  return gone.reduce((sum, { count }) => sum + count, 0);
}

async function withLogs(db: FarmDatabase['db'], ids: string[]): Promise<string[]> {
  const kept: string[] = [];
  for (const jobId of ids) {
    const chunks = await listLogChunks(db, { jobId, attempt: 1, fromByte: 0, limit: 10 });
    const [attempt] = await listAttempts(db, jobId);
    expect(attempt!.log_removed_at === null).toBe(chunks.length > 0);
    if (chunks.length > 0) kept.push(jobId);
  }
  return kept;
}

test.each([
  ['age', { ...KEEP_ALL, log_days: 2.5 }, 3],
  ['count', { ...KEEP_ALL, log_count: 2 }, 2],
  ['bytes', { ...KEEP_ALL, log_bytes: 45 }, 4],
  ['the bytes of the whole farm', { ...KEEP_ALL, log_bytes_total: 35 }, 3],
  ['nothing', KEEP_ALL, 6],
])(
  'retention by %s keeps the newest logs and says of the others that they went',
  async (_, keep, expected) => {
    await using farm = await openFarmDatabase();
    const ids = await addDailyJobs(farm.db, await addProject(farm.db), 6);
    expect(await removeOldLogs(farm.db, keep)).toBe(6 - expected);
    expect(await withLogs(farm.db, ids)).toEqual(ids.slice(6 - expected));
    expect(await removeOldLogs(farm.db, keep)).toBe(0);
  },
);

test('the log of a running attempt stays, and projects do not count against each other', async () => {
  await using farm = await openFarmDatabase();
  const one = await addDailyJobs(farm.db, await addProject(farm.db), 2);
  const other = await addDailyJobs(farm.db, await addProject(farm.db), 2);
  const running = await addRunningJob(farm.db, await addProject(farm.db));
  expect(await removeOldLogs(farm.db, { ...KEEP_ALL, log_count: 1 })).toBe(2);
  expect(await withLogs(farm.db, one)).toEqual([one[1]]);
  expect(await withLogs(farm.db, other)).toEqual([other[1]]);
  expect(await listAttempts(farm.db, running)).toMatchObject([{ status: 'running', log_removed_at: null }]);
});
