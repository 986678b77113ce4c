// Who may go next among the callers of one process: many sharers at once, or one alone, strictly in the order they came.

export type LockMode = 'shared' | 'exclusive';

type Waiter = { mode: LockMode; admit: () => void };

export type FairQueue = {
  /** Resolves with a function that gives the place back, or with null when `timeoutMs` passed first. 0 tries once. */
  enter(mode: LockMode, timeoutMs: number): Promise<(() => void) | null>;
  /** True when nobody is inside or waiting. */
  isIdle(): boolean;
};

export function createFairQueue(): FairQueue {
  const waiting: Waiter[] = [];
  let sharers = 0;
  let hasExclusive = false;

  const isFree = (mode: LockMode) => !hasExclusive && (mode === 'shared' || sharers === 0);

  const take = (mode: LockMode) => {
    if (mode === 'exclusive') hasExclusive = true;
    else sharers++;
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      if (mode === 'exclusive') hasExclusive = false;
      else sharers--;
      admitNext();
    };
  };

  const admitNext = () => {
    while (waiting.length > 0 && isFree(waiting[0]!.mode)) waiting.shift()!.admit();
  };

  const wait = (mode: LockMode, timeoutMs: number) =>
    new Promise<(() => void) | null>((resolve) => {
      const giveUp = () => {
        waiting.splice(waiting.indexOf(waiter), 1);
        resolve(null);
        admitNext(); // Whoever stood behind this one may be free to go now.
      };
      const timer = setTimeout(giveUp, timeoutMs);
      const waiter: Waiter = {
        mode,
        admit: () => {
          clearTimeout(timer);
          resolve(take(mode));
        },
      };
      waiting.push(waiter);
    });

  return {
    async enter(mode, timeoutMs) {
      if (waiting.length === 0 && isFree(mode)) return take(mode);
      return timeoutMs <= 0 ? null : wait(mode, timeoutMs);
    },
    isIdle: () => waiting.length === 0 && sharers === 0 && !hasExclusive,
  };
}
