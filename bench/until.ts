import { sleep } from './clock.ts';

/**
 * Looks again after each pause until the answer is neither null nor false, and gives it back.
 * @throws when that does not happen within the time.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | false> | T | null | false,
  { pauseMs, withinMs }: { pauseMs: number; withinMs: number },
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (Date.now() > giveUpAt) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await sleep(pauseMs);
  }
}
