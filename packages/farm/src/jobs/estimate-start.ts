import type { WaitingWorker, Why } from '@crafting-table/contracts/why';
import type { AheadJob } from '@crafting-table/database/jobs/explain-queries';

/**
 * When the next job after those ahead would start, were each to take as long as jobs like it took before. One without a past
 * counts as the middle of the others; null when none has a past, or nobody takes work.
 */
export function estimateStart(of: {
  workers: readonly Pick<WaitingWorker, 'state' | 'slots'>[];
  /** What runs, then what is queued, in the order of turns. */
  ahead: readonly AheadJob[];
  nowMs: number;
}): Why['estimate'] {
  const slots = of.workers.filter(isTaking).reduce((sum, worker) => sum + worker.slots, 0);
  if (slots === 0) return null;
  const known = of.ahead.flatMap(({ expected_secs }) => (expected_secs === null ? [] : [expected_secs]));
  const usual = middle(known);
  if (usual === null && of.ahead.length >= slots) return null;
  const secs = freeSlotAfter(
    slots,
    of.ahead.map(({ expected_secs, ran_secs }) => Math.max(0, (expected_secs ?? usual ?? 0) - ran_secs)),
  );
  return {
    starts_in_secs: Math.round(secs),
    starts_at: new Date(of.nowMs + secs * 1000).toISOString(),
    jobs_ahead: of.ahead.length,
    jobs_with_past: known.length,
  };
}

/** Whether a worker takes new work, now or as soon as it has a free slot. */
export function isTaking({ state }: Pick<WaitingWorker, 'state'>): boolean {
  return state === 'idle' || state === 'busy';
}

/** Each job goes to the slot that is free first; tells when the next one is. */
function freeSlotAfter(slots: number, durations: readonly number[]): number {
  const freeAt = Array.from({ length: slots }, () => 0);
  for (const duration of durations) {
    const first = freeAt.indexOf(Math.min(...freeAt));
    freeAt[first]! += duration; // It is one of them.
  }
  return Math.min(...freeAt);
}

function middle(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
}
