import { EMPTY_LOOKS, PROOF_MS, killTree } from './kill-tree.ts';
import { type ProcessRow, listProcesses, readMarker } from './process-table.ts';

/**
 * Kills the processes that carry the marker of an attempt for which `isOurs` holds: at the start of a worker, those of
 * attempts whose worker died. Processes without a marker, and this one, are never touched. Returns how many were killed.
 */
export async function killLeftovers(isOurs: (attemptId: string) => boolean): Promise<number> {
  const killed = new Set<string>();
  const findLeftovers = (): ProcessRow[] => {
    const found = listProcesses().filter((row) => isLeftover(row, isOurs));
    for (const row of found) killed.add(`${row.pid} ${row.started}`);
    return found;
  };
  const survivors = await killTree(findLeftovers, { limitMs: PROOF_MS, emptyLooks: EMPTY_LOOKS });
  return killed.size - survivors;
}

function isLeftover(row: ProcessRow, isOurs: (attemptId: string) => boolean): boolean {
  const attemptId = readMarker(row.pid);
  return attemptId !== undefined && isOurs(attemptId);
}
