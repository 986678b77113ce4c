import { sql } from 'kysely';
import { choosePort } from '@crafting-table/dev-services/choose-port';
import { expect, test, vi } from 'vitest';
import { feelPulse } from './feel-pulse.ts';
import { openFarmDatabase, type FarmDatabase } from './stand-ins/farm-rows.ts';
import { signalServer } from './stand-ins/signal-server.ts';

/** How soon is for the scenario of a frozen Postgres to say, on a machine that does nothing else. */
const WAIT = { timeout: 20_000, interval: 20 };

test('a server that stands still falls silent, and is heard again when it goes on', async () => {
  await using farm = await openFarmDatabase();
  await using pulse = feelPulse(farm.url);
  let silences = 0;
  pulse.onSilence(() => (silences += 1));
  const pid = await vi.waitUntil(() => pulsePid(farm), WAIT);
  expect(pulse.isSilent).toBe(false);
  await signalServer(farm.db, pid, 'STOP');
  try {
    await vi.waitUntil(() => pulse.isSilent, WAIT);
    expect(silences).toBe(1);
  } finally {
    await signalServer(farm.db, pid, 'CONT');
  }
  await vi.waitUntil(() => !pulse.isSilent, WAIT);
});

test('a connection that never speaks again is given up for another one', async () => {
  await using farm = await openFarmDatabase();
  await using pulse = feelPulse(farm.url);
  const pid = await vi.waitUntil(() => pulsePid(farm), WAIT);
  await signalServer(farm.db, pid, 'STOP');
  try {
    await vi.waitUntil(() => pulse.isSilent, WAIT);
    await vi.waitUntil(() => !pulse.isSilent, WAIT);
    await expect.poll(() => pulsePid(farm), WAIT).not.toBe(pid);
  } finally {
    await signalServer(farm.db, pid, 'CONT');
  }
});

test('a server that refuses is not silent', async () => {
  await using pulse = feelPulse(`postgres://farm:secret@127.0.0.1:${await choosePort()}/farm`);
  await expect(vi.waitUntil(() => pulse.isSilent, { timeout: 1_500 })).rejects.toThrow('Timed out');
});

/** The process of the server at the other end of the newest connection, once there is one. */
async function pulsePid({ db }: FarmDatabase): Promise<number | undefined> {
  const found = await sql<{ pid: number }>`
    select pid from pg_stat_activity where datname = current_database()
      and application_name = 'crafting-pulse' and state = 'idle' order by backend_start desc`.execute(db);
  return found.rows[0]?.pid;
}
