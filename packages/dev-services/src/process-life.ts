// Whether a process that is known by its number only still lives.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;

/** Waits until the process is gone; false when it is still there after the time. */
export async function isGoneWithin(pid: number, waitMs: number): Promise<boolean> {
  const giveUpAt = Date.now() + waitMs;
  while (isAlive(pid)) {
    if (Date.now() > giveUpAt) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** A dead process that nobody has collected counts as gone: in a container there may be nobody who ever does. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !isZombie(pid);
  } catch (fault) {
    // EPERM means that it lives and belongs to somebody else.
    return fault instanceof Error && 'code' in fault && fault.code === 'EPERM';
  }
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false; // It ended between the two looks; the next one will tell.
  }
}
