import { setTimeout as delay } from 'node:timers/promises';
import { type ProcessRow, readProcess } from './process-table.ts';

/** From the first KILL to the proof that nothing is left, or to giving up on it. */
export const PROOF_MS = 5_000;
/** How many looks in a row must find nothing where no kernel mechanism vouches for the tree's end. */
export const EMPTY_LOOKS = 3;
/**
 * Times as many once something was found: what forks faster than it can be killed is seen by some looks and missed by
 * others, and on a busy machine by three in a row.
 */
const MORE_LOOKS_AFTER_A_FIND = 5;
/** A killed process is gone within a millisecond unless it writes out a large image or waits for a disk. */
const LOOK_AGAIN_MS = 2;

/**
 * Kills what `findProcesses` finds until it finds nothing, for at most `limitMs`. Returns how many were left then: 0 is
 * the proof that the tree is empty.
 *
 * A single look can miss a process whose parent ends while it looks. Where no kernel mechanism rules that out, several
 * `emptyLooks` in a row make the proof.
 */
export async function killTree(
  findProcesses: () => ProcessRow[],
  { limitMs, emptyLooks }: { limitMs: number; emptyLooks: number },
): Promise<number> {
  const deadline = performance.now() + limitMs;
  let looksNeeded = emptyLooks;
  let emptyInARow = 0;
  for (;;) {
    const found = findProcesses();
    if (found.length > 0) looksNeeded = emptyLooks * MORE_LOOKS_AFTER_A_FIND;
    emptyInARow = found.length === 0 ? emptyInARow + 1 : 0;
    if (emptyInARow >= looksNeeded || performance.now() >= deadline) return found.length;
    // All are stopped before the first one dies, so that none can answer a death with a fork.
    for (const { pid } of found) sendSignal(pid, 'SIGSTOP');
    for (const { pid } of found) sendSignal(pid, 'SIGKILL');
    for (const group of groupsOf(found)) sendSignal(-group, 'SIGKILL');
    await delay(LOOK_AGAIN_MS);
  }
}

/**
 * The groups of these processes, which are ours as a whole because a group lies within a session. With its group a process
 * dies that no look has seen, because it is never the same for long. A wrapper's group is its own to end.
 */
function groupsOf(found: readonly ProcessRow[]): Set<number> {
  const own = readProcess(process.pid)?.group;
  return new Set(found.map(({ group }) => group).filter((group) => group > 1 && group !== own));
}

/** A negative id names a process group. A process that is gone, or that is not ours to signal, is passed over. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
}

// EPERM: a setuid program that the recipe started. It stays in the count of survivors.
function isExpected(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM');
}
