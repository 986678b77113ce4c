import type { RemovedThings, RetainedKind } from '@crafting-table/contracts/retention';
import type { Amount } from '@crafting-table/database/retention-limits';

/** What is to go, or went, of one kind: a sum for each project, in the order of their names. */
export function addUp(kind: RetainedKind, amounts: readonly Amount[]): RemovedThings[] {
  const groups = Map.groupBy(amounts, ({ project }) => project);
  return [...groups]
    .toSorted(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))
    .map(([project, group]) => ({ kind, project, worker: null, ...sumOf(group) }));
}

function sumOf(group: readonly Amount[]): Pick<Amount, 'count' | 'bytes'> {
  const isMeasured = group.every(({ bytes }) => bytes !== null);
  return {
    count: group.reduce((sum, { count }) => sum + count, 0),
    bytes: isMeasured ? group.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0) : null,
  };
}
