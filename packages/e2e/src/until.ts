const POLL_MS = 25;

/**
 * Looks again and again until the answer is neither null, undefined nor false, and gives it back. Farms are watched from
 * outside here, so there is no event to wait for.
 * @throws when that does not happen within the time; a fault of the last look is its cause.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 30_000,
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    let cause: unknown;
    try {
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
    } catch (fault) {
      cause = fault;
    }
    if (Date.now() > giveUpAt) throw new Error(`Not within ${withinMs} ms: ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
