// A lock that several processes of one host share and that the kernel gives back when its holder dies, however it dies.
//
// The means is an empty SQLite file: `BEGIN EXCLUSIVE` is a write lock and an open read is a read lock, both of them fcntl
// locks underneath. A fraction of a millisecond uncontended, no process spawned, no pid to go stale. DatabaseSync blocks
// the event loop, so it is only ever asked "now or not", and the waiting is done here.
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFairQueue, type FairQueue, type LockMode } from './fair-queue.ts';

export type { LockMode } from './fair-queue.ts';

export type Lock = AsyncDisposable & {
  /** Gives the lock back. A second call does nothing. */
  release(): void;
};

/** Pause between two tries against another process: from the first, growing by half, to the last; all with jitter. */
const FIRST_PAUSE_MS = 1;
const LAST_PAUSE_MS = 25;

/** `errcode` of SQLITE_BUSY: somebody else holds what was asked for. */
const SQLITE_BUSY = 5;

/**
 * Waits up to `timeoutMs` (0: tries once) for the lock at `path`, a file made when missing, whose folder must exist.
 * Resolves with null when it stayed taken. The file must never be opened by other means in this process (closing any
 * descriptor of it drops fcntl locks) and never be deleted while somebody may wait for it.
 */
export async function acquireLock(
  path: string,
  mode: LockMode,
  { timeoutMs }: { timeoutMs: number },
): Promise<Lock | null> {
  const deadline = performance.now() + timeoutMs;
  const place = placeOf(path);
  const leave = await place.queue.enter(mode, timeoutMs);
  if (leave === null) return null;
  const release = () => {
    leave();
    if (place.queue.isIdle()) places.delete(path);
  };
  try {
    const held =
      mode === 'exclusive' ? await lockAlone(path, deadline) : await lockShared(place, path, deadline);
    if (held === null) {
      release();
      return null;
    }
    inUse.add(held);
    return asLock(() => {
      inUse.delete(held);
      held.close();
      release();
    });
  } catch (error) {
    release();
    throw new Error('The lock file cannot be used.', { cause: error });
  }
}

/** Does `action` under the lock. `{ held: false }`: the lock stayed taken for `timeoutMs` and nothing was done. */
export async function withLock<Value>(
  path: string,
  mode: LockMode,
  action: () => Promise<Value>,
  options: { timeoutMs: number },
): Promise<{ held: true; value: Value } | { held: false }> {
  await using lock = await acquireLock(path, mode, options);
  return lock === null ? { held: false } : { held: true, value: await action() };
}

/** What this process has to do with one lock file: its callers in a row, and the read lock its sharers have in common. */
type Place = { queue: FairQueue; shared: { held: Held; count: number } | null };
type Held = { close(): void };

/** The garbage collector closes a database that nobody refers to, and its lock with it, however long it is meant to hold. */
const inUse = new Set<Held>();

/** Per process on purpose: fcntl locks belong to the process, so two registries in one process would lie to each other. */
const places = new Map<string, Place>();

function placeOf(path: string): Place {
  const known = places.get(path);
  if (known !== undefined) return known;
  const place: Place = { queue: createFairQueue(), shared: null };
  places.set(path, place);
  return place;
}

/**
 * A waiting writer closes the gate behind the readers inside, so that a stream of new readers cannot starve it.
 * Readers pass the open gate without staying in it.
 */
const gateOf = (path: string) => `${path}.gate`;

async function lockAlone(path: string, deadline: number): Promise<Held | null> {
  const gate = await poll(() => tryLock(gateOf(path), 'exclusive'), deadline);
  if (gate === null) return null;
  try {
    return await poll(() => tryLock(path, 'exclusive'), deadline);
  } finally {
    gate.close();
  }
}

function lockShared(place: Place, path: string, deadline: number): Promise<Held | null> {
  return poll(() => {
    const gate = tryLock(gateOf(path), 'shared');
    if (gate === null) return null;
    try {
      return joinSharers(place, path);
    } finally {
      gate.close();
    }
  }, deadline);
}

/** The first sharer of this process takes the read lock, the last one drops it. */
function joinSharers(place: Place, path: string): Held | null {
  const held = place.shared?.held ?? tryLock(path, 'shared');
  if (held === null) return null;
  const shared = (place.shared ??= { held, count: 0 });
  shared.count++;
  return {
    close() {
      if (--shared.count > 0) return;
      place.shared = null;
      held.close();
    },
  };
}

async function poll(attempt: () => Held | null, deadline: number): Promise<Held | null> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LAST_PAUSE_MS)) {
    const held = attempt();
    const leftMs = deadline - performance.now();
    if (held !== null || leftMs <= 0) return held;
    await sleep(Math.min(pauseMs * (0.5 + Math.random()), leftMs));
  }
}

function tryLock(path: string, mode: LockMode): Held | null {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // A transaction alone locks nothing; the first read in it does.
    database.exec(mode === 'exclusive' ? 'begin exclusive' : 'begin; select count(*) from sqlite_schema');
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function asLock(release: () => void): Lock {
  let isHeld = true;
  const releaseOnce = () => {
    if (!isHeld) return;
    isHeld = false;
    release();
  };
  return { release: releaseOnce, [Symbol.asyncDispose]: async () => releaseOnce() };
}
