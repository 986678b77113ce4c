// For tests of what happens when two statements meet: one is held up on purpose until the other one has come.
import { sql } from 'kysely';
import { vi } from 'vitest';
import type { Connection } from '../connect.ts';

/** Resolves once so many statements of the database wait for a lock. */
export async function untilLockWaits(db: Connection, count: number): Promise<void> {
  await vi.waitUntil(
    async () => {
      const { rows } = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        db,
      );
      return rows.length >= count;
    },
    { timeout: WAIT_MS, interval: 20 },
  );
}

const WAIT_MS = 20_000;
