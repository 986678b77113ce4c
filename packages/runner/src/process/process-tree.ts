import {
  type ProcessRow,
  listProcesses,
  printsTo,
  readMarker,
  readProcess,
  worksIn,
} from './process-table.ts';

export type ProcessTree = {
  /** The living processes of the tree, as of now. Remembers them, so that their children are known after they are gone. */
  find(): ProcessRow[];
};

/**
 * Follows the processes below `rootPid`, which must lead its own session. A process belongs to the tree when its parent
 * or its session does, when it did at the last look, when it carries the attempt's marker, when it prints into the
 * attempt's output, or when it works in the attempt's own folder.
 *
 * Not found, where nothing stronger holds the tree together: a process that got itself a new session, a new parent, an
 * environment without the marker (or overwrote its own), another stdout and stderr and another working folder, all
 * between two looks.
 */
export function followTree(
  rootPid: number,
  attempt: { id: string; outputName: string; folder?: string | undefined },
): ProcessTree {
  const root = readProcess(rootPid);
  const rootStarted = root?.started ?? 0;
  let last: ProcessRow[] = root ? [root] : [];

  function find(): ProcessRow[] {
    // Nothing older than the root can be of its tree; this also spares reading the environments of the whole machine.
    const candidates = listProcesses().filter((row) => row.started >= rootStarted);
    // Only sessions that were alive at the last look count: the id of a dead one may belong to somebody else by now.
    const sessions = new Set([rootPid, ...last.map((row) => row.session)]);
    const isOurs = (row: ProcessRow) =>
      sessions.has(row.session) ||
      last.some((known) => known.pid === row.pid && known.started === row.started) ||
      readMarker(row.pid) === attempt.id ||
      printsTo(row.pid, attempt.outputName) ||
      (attempt.folder !== undefined && worksIn(row.pid, attempt.folder));
    last = withDescendants(candidates.filter(isOurs), candidates);
    return last;
  }
  return { find };
}

function withDescendants(members: ProcessRow[], candidates: ProcessRow[]): ProcessRow[] {
  const pids = new Set(members.map((row) => row.pid));
  const found = [...members];
  // The list grows while it is walked, until no process has a parent in it that was not looked at.
  for (const member of found) {
    for (const row of candidates) {
      if (row.parent !== member.pid || pids.has(row.pid)) continue;
      pids.add(row.pid);
      found.push(row);
    }
  }
  return found;
}
