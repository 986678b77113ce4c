import { isDatabaseAway } from '@crafting-table/database/database-away';

const PAUSE_MS_FIRST = 100;
const PAUSE_MS_MAX = 2000;

/**
 * Asks again for as long as Postgres is away, so that a recipe that runs meanwhile loses nothing. What is asked must be
 * safe to ask twice: an answer may have been lost after its commit.
 */
export async function whileAway<T>(ask: () => Promise<T>): Promise<T> {
  for (let pauseMs = PAUSE_MS_FIRST; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
    try {
      return await ask();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
