import { setTimeout as delay } from 'node:timers/promises';

/** Looks every `everyMs` until the condition holds (true) or `limitMs` have passed (false). */
export async function waitUntil(condition: () => boolean, limitMs: number, everyMs = 10): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() >= deadline) return false;
    await delay(everyMs);
  }
  return true;
}
