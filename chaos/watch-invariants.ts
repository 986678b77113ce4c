// Looks at all rows of a farm again and again while trouble is made, and compares each look with the one before it.
import { setTimeout as delay } from 'node:timers/promises';
import { connectDatabase } from '@crafting-table/database/connect';
import {
  findBrokenPromises,
  findContradictions,
  observeFarm,
  type FarmState,
} from '@crafting-table/database/stand-ins/farm-state';

export type InvariantWatch = AsyncDisposable & {
  /** These jobs are tried again because somebody asks for it; a finished job may change for no other reason. */
  expectRetry(jobIds: readonly string[]): void;
  /** Looks a last time and gives back all that was seen. */
  end(): Promise<Sightings>;
};

export type Sightings = {
  looks: number;
  /** In words, each once; at most VIOLATIONS_MAX. */
  violations: string[];
};

const LOOK_EVERY_MS = 500;
const VIOLATIONS_MAX = 100;

export function watchInvariants(databaseUrl: string): InvariantWatch {
  const db = connectDatabase({ url: databaseUrl, poolSize: 1, name: 'chaos-watch' });
  const violations = new Set<string>();
  const retried = new Set<string>();
  const ending = new AbortController();
  let looks = 0;
  let before: FarmState | null = null;

  const look = async () => {
    const state = await observeFarm(db);
    const broken = before === null ? [] : findBrokenPromises(before, state, retried);
    for (const violation of [...findContradictions(state), ...broken]) {
      if (violations.size < VIOLATIONS_MAX) violations.add(violation);
    }
    before = state;
    looks += 1;
  };
  const watching = (async () => {
    while (!ending.signal.aborted) {
      await look().catch(() => {}); // Stopping Postgres is part of some scenarios; the next look sees what became of it.
      await delay(LOOK_EVERY_MS, undefined, { signal: ending.signal }).catch(() => {});
    }
  })();
  const stop = async () => {
    ending.abort();
    await watching;
  };
  return {
    expectRetry: (jobIds) => jobIds.forEach((id) => retried.add(id)),
    async end() {
      await stop();
      await look();
      return { looks, violations: [...violations] };
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await db[Symbol.asyncDispose]();
    },
  };
}
