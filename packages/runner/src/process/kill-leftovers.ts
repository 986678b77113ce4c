import { EMPTY_LOOKS, PROOF_MS, killTree } from './kill-tree.ts';
import { type ProcessRow, listProcesses, readMarker, worksIn } from './process-table.ts';

/**
 * Kills the processes that carry the marker of an attempt for which `isOurs` holds, or that work in `folder`, which must be
 * such attempts' alone and without symbolic links: at the start of a worker, those of attempts whose worker died. Others,
 * and this one, are never touched. Returns how many were killed.
 */
export async function killLeftovers(
  isOurs: (attemptId: string) => boolean,
  folder?: string,
): Promise<number> {
  const killed = new Set<string>();
  const findLeftovers = (): ProcessRow[] => {
    const found = listProcesses().filter((row) => isLeftover(row, isOurs, folder));
    for (const row of found) killed.add(`${row.pid} ${row.started}`);
    return found;
  };
  const survivors = await killTree(findLeftovers, { limitMs: PROOF_MS, emptyLooks: EMPTY_LOOKS });
  return killed.size - survivors;
}

function isLeftover(row: ProcessRow, isOurs: (attemptId: string) => boolean, folder?: string): boolean {
  const attemptId = readMarker(row.pid);
  if (attemptId !== undefined && isOurs(attemptId)) return true;
  return folder !== undefined && worksIn(row.pid, folder);
}
