import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import type { Database } from './connect.ts';
import { openFarmDatabase } from './stand-ins/farm-rows.ts';
import { signalServer } from './stand-ins/signal-server.ts';
import { noteQueueIncarnation, readSweepState, withSweepTurn } from './sweep.ts';

const WAIT = { timeout: 20_000, interval: 10 };

const amnestyOf = async ({ amnesty }: { amnesty: boolean }) => amnesty;

test('of two sweeps at once one works, and the other one does nothing', async () => {
  await using farm = await openFarmDatabase();
  const atWork = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const first = withSweepTurn(farm.db, 20, async () => {
    atWork.resolve();
    await mayEnd.promise;
    return 'first';
  });
  await atWork.promise;
  expect(await withSweepTurn(farm.db, 20, async () => 'second')).toBeNull();
  mayEnd.resolve();
  expect(await first).toBe('first');
  expect(await withSweepTurn(farm.db, 20, async () => 'third')).toBe('third');
});

test('a process that freezes in its turn keeps the others from sweeping for a moment only', async () => {
  await using farm = await openFarmDatabase();
  const frozen = new Worker(new URL('stand-ins/freeze-in-sweep.ts', import.meta.url), {
    workerData: farm.url,
  });
  await once(frozen, 'message');
  await sql`update sweep set swept_at = now(), amnesty_until = null`.execute(farm.db);
  expect(await withSweepTurn(farm.db, 20, amnestyOf)).toBeNull();
  const turn = await vi.waitUntil(async () => {
    const amnesty = await withSweepTurn(farm.db, 20, amnestyOf);
    return amnesty !== null && { amnesty };
  }, WAIT);
  expect(turn).toEqual({ amnesty: false });
  await frozen.terminate();
});

test('a turn may last, as long as its process lives', async () => {
  await using farm = await openFarmDatabase();
  const turn = await withSweepTurn(farm.db, 20, async () => {
    await sql`select pg_sleep(2.5)`.execute(farm.db);
    return { ofAnother: await withSweepTurn(farm.db, 20, amnestyOf) };
  });
  expect(turn).toEqual({ ofAnother: null });
});

test('after a silence of the sweep there is an amnesty, which ends', async () => {
  await using farm = await openFarmDatabase();
  expect(await withSweepTurn(farm.db, 20, amnestyOf)).toBe(true);
  expect(await withSweepTurn(farm.db, 20, amnestyOf)).toBe(true);
  await sql`update sweep set amnesty_until = now()`.execute(farm.db);
  expect(await withSweepTurn(farm.db, 20, amnestyOf)).toBe(false);
  await sql`update sweep set swept_at = now() - interval '6 seconds'`.execute(farm.db);
  expect(await withSweepTurn(farm.db, 20, amnestyOf)).toBe(true);
});

test('a pass that fails frees the turn and does not count as a sweep', async () => {
  await using farm = await openFarmDatabase();
  const failing = withSweepTurn(farm.db, 20, () => Promise.reject(new Error('half way')));
  await expect(failing).rejects.toThrow('half way');
  expect((await readSweepState(farm.db)).swept_at).toBeNull();
  expect(await withSweepTurn(farm.db, 20, async () => 'next')).toBe('next');
  expect((await readSweepState(farm.db)).age_secs).toBeLessThan(5);
});

test('a turn in which Postgres stood still says so, and the next one begins an amnesty', async () => {
  await using farm = await openFarmDatabase();
  await withSweepTurn(farm.db, 20, amnestyOf);
  await sql`update sweep set amnesty_until = null`.execute(farm.db);
  const stalled = Promise.withResolvers<boolean>();
  const turn = withSweepTurn(farm.db, 20, async ({ amnesty, hasStalled }) => {
    expect([amnesty, hasStalled()]).toEqual([false, false]);
    const pid = await vi.waitUntil(() => holderOfTurn(farm.db), WAIT);
    await signalServer(farm.db, pid, 'STOP');
    try {
      await vi.waitUntil(hasStalled, WAIT);
    } finally {
      await signalServer(farm.db, pid, 'CONT');
    }
    stalled.resolve(hasStalled());
  });
  await turn.catch(() => {}); // Whoever stood still for so long has lost its turn.
  expect(await stalled.promise).toBe(true);
  expect(await vi.waitUntil(() => withSweepTurn(farm.db, 20, amnestyOf), WAIT)).toBe(true);
});

test('another life of the queue is noticed once', async () => {
  await using farm = await openFarmDatabase();
  const noticed = [];
  for (const life of ['a', 'a', 'b', 'b']) noticed.push(await noteQueueIncarnation(farm.db, life));
  expect(noticed).toEqual([true, false, true, false]);
});

/** The process of the server that holds the lock of the turn. */
async function holderOfTurn(db: Database): Promise<number | undefined> {
  const found = await sql<{ pid: number }>`
    select pid from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`.execute(db);
  return found.rows[0]?.pid;
}
