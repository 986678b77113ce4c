import { setTimeout as delay } from 'node:timers/promises';
import { isDatabaseAway } from '@crafting-table/database/database-away';

const PAUSE_MS_FIRST = 100;
const PAUSE_MS_MAX = 2000;

export type Waiting = { stop: AbortSignal; onAway?: (error: unknown) => void };

/**
 * Asks again for as long as Postgres is away, so that a recipe that runs meanwhile loses nothing. What is asked must be
 * safe to ask twice: an answer may have been lost after its commit. Who has nothing to lose yet names a signal, and gives up with it;
 * `onAway` is told once, of the first failure.
 */
export async function whileAway<T>(ask: () => Promise<T>): Promise<T>;
export async function whileAway<T>(ask: () => Promise<T>, waiting: Waiting): Promise<T | 'stopped'>;
export async function whileAway<T>(
  ask: () => Promise<T>,
  { stop, onAway }: Partial<Waiting> = {},
): Promise<T | 'stopped'> {
  let isTold = false;
  for (let pauseMs = PAUSE_MS_FIRST; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
    if (stop?.aborted) return 'stopped';
    try {
      return await ask();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      if (!isTold) onAway?.(error);
      isTold = true;
      await delay(pauseMs, undefined, { signal: stop }).catch(() => {}); // Told to stop.
    }
  }
}
