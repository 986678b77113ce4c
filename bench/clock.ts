// The wall clock of this machine, finer than Date.now(), so that it can be compared with what `date` prints in a recipe.
import { setTimeout } from 'node:timers/promises';

/** Milliseconds since 1970, with fractions. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}

/** From the nanoseconds since 1970 that `date +%s%N` prints. */
export function stampToMs(stamp: string): number {
  return Number(stamp.trim()) / 1e6;
}

export function sleep(ms: number): Promise<void> {
  return setTimeout(ms);
}
