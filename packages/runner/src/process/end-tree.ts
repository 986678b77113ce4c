import type { ContainedCommand } from './contain-command.ts';
import { EMPTY_LOOKS, PROOF_MS, killTree, sendSignal } from './kill-tree.ts';
import type { ProcessRow } from './process-table.ts';
import type { ProcessTree } from './process-tree.ts';
import type { ContainedRoot } from './spawner.ts';
import { waitUntil } from './wait-until.ts';

/** A wrapper that ends its tree by itself gets this much longer than the grace, and this long to follow its tree. */
const WRAPPER_MS = 500;

type RunningTree = { root: ContainedRoot; tree: ProcessTree; command: ContainedCommand; killGraceMs: number };

/** TERM, the grace for as long as anything lives, KILL. Resolves when the root has ended, or would not. */
export async function endTree(running: RunningTree): Promise<void> {
  const { root, tree, command } = running;
  const recipe = withoutWrappers(tree.find(), root.pid, command.wrappers);
  // Nothing runs yet that could tidy up, and a wrapper that is just starting might not hear TERM.
  if (recipe.length === 0) sendSignal(-root.pid, 'SIGKILL');
  else await endGently(running, recipe);
  // A subreaper is spared, and its group with it, which is its own: strays come to it, and it ends by itself when there are
  // none left.
  const isSpared = (row: ProcessRow) => command.endsTree && row.group === root.pid;
  await killTree(() => tree.find().filter((row) => !isSpared(row)), {
    limitMs: PROOF_MS,
    emptyLooks: EMPTY_LOOKS,
  });
  const isReported = () => root.exit() !== undefined;
  if (await waitUntil(isReported, WRAPPER_MS)) return;
  sendSignal(-root.pid, 'SIGKILL');
  await waitUntil(isReported, WRAPPER_MS);
}

async function endGently(
  { root, tree, command, killGraceMs }: RunningTree,
  recipe: ProcessRow[],
): Promise<void> {
  const isGone = () => root.hasExited() && tree.find().length === 0;
  if (command.endsTree) {
    sendSignal(root.pid, 'SIGTERM');
    await waitUntil(isGone, killGraceMs + WRAPPER_MS);
    return;
  }
  // Once for each process: many tools take a second TERM for "quit without tidying up".
  sendSignal(-root.pid, 'SIGTERM');
  for (const row of recipe) if (row.group !== root.pid) sendSignal(row.pid, 'SIGTERM');
  let isGroupOurs = true;
  const isGoneByNow = () => {
    isGroupOurs &&= hasMembers(root.pid);
    return isGone();
  };
  await waitUntil(isGoneByNow, killGraceMs);
  // All at once: what forks faster than anybody looks is seen by none of the looks that follow. Once the group was empty,
  // its number may name another one.
  if (isGroupOurs) sendSignal(-root.pid, 'SIGKILL');
}

function hasMembers(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false; // ESRCH: nobody is in it.
  }
}

function withoutWrappers(rows: ProcessRow[], rootPid: number, wrappers: 0 | 1 | 2): ProcessRow[] {
  return rows.filter((row) => {
    if (wrappers >= 1 && row.pid === rootPid) return false;
    return wrappers < 2 || row.parent !== rootPid;
  });
}
