// When a chunk that is not full yet is closed. Soon, so that a live tail feels live; but a recipe that trickles all day must
// not leave a million tiny chunks, so each of them is paid for from an allowance.
import type { LogLimits } from './log-limits.ts';

export type ShipCadence = {
  /** When the chunk whose first byte came at `firstByteAt` is to be closed; in ms of the caller's clock, like all times. */
  dueAt(firstByteAt: number): number;
  /** Takes note that a chunk was closed at `at` before it was full. */
  closed(at: number): void;
};

/** There are never more such chunks than `earlyChunksMax` and one per `chunkMs` together. */
export function createShipCadence(
  limits: Pick<LogLimits, 'chunkMs' | 'gatherMs' | 'earlyChunksMax'>,
): ShipCadence {
  const { chunkMs, gatherMs, earlyChunksMax } = limits;
  let allowance = earlyChunksMax;
  let lastClosedAt = -Infinity;

  return {
    dueAt(firstByteAt) {
      // No later than chunkMs after the first byte, because that came after the last chunk was closed.
      const earnedAt = lastClosedAt + Math.max(0, 1 - allowance) * chunkMs;
      return Math.max(firstByteAt + gatherMs, earnedAt);
    },
    closed(at) {
      allowance = Math.min(earlyChunksMax, allowance + (at - lastClosedAt) / chunkMs) - 1;
      lastClosedAt = at;
    },
  };
}
