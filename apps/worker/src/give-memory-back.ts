import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Collects all garbage now, which takes some 50 ms. By itself V8 does that when memory is asked for, so a process that falls idle
 * keeps what its last work left behind, some 10 MB of it.
 */
export function giveMemoryBack(): void {
  collect ??= findCollector();
  collect();
}

/** V8 shows its collector to contexts that are made after this flag was set; the flag of the command line does the same. */
function findCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
