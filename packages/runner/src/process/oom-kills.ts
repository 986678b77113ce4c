import { readFileSync } from 'node:fs';

/**
 * How many processes the kernel has killed for want of memory: in this process's cgroup (v2) where it counts them, else
 * on the whole machine. Nothing where neither is known. Compare two of them.
 */
export function countOomKills(): number | undefined {
  eventsFile ??= findEventsFile();
  return parseOomKills(readOrEmpty(eventsFile)) ?? parseOomKills(readOrEmpty('/proc/vmstat'));
}

/** A process is not moved to another cgroup while it runs. */
let eventsFile: string | undefined;

function findEventsFile(): string {
  const cgroup = /^0::(.*)$/m.exec(readOrEmpty('/proc/self/cgroup'))?.[1];
  return `/sys/fs/cgroup${cgroup ?? ''}/memory.events`;
}

/** Reads the line `oom_kill <number>` that both files have. */
export function parseOomKills(text: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}

/**
 * Whether an end that we did not cause was one for want of memory: the recipe's shell died of KILL, or saw its last
 * command die so, and the counter went up meanwhile. An attempt beside it may be to blame for the counter; two
 * coincidences at once are rare enough.
 */
export function wasOomKilled(
  exitCode: number,
  before: number | undefined,
  countNow: () => number | undefined,
): boolean {
  if (exitCode !== 137 || before === undefined) return false;
  const after = countNow();
  return after !== undefined && after > before;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
