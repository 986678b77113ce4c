import type { Notice } from '@crafting-table/database/listen';

/** One reader's ear for one job. */
export type Subscription = Disposable & {
  /** Resolves at the next news, at once if there was some since the last call, and after a while in any case. */
  next(signal: AbortSignal): Promise<void>;
};

export type News = {
  hear(notice: Notice): void;
  /** Wakes everybody: notices may have been missed. */
  hearAll(): void;
  subscribe(jobId: string): Subscription;
};

/** Without any notice a reader looks again after this long, so a lost notice delays and never hangs. */
const LOOK_AGAIN_MS = 2000;

type Ear = { heard: boolean; wake: () => void };

/** Tells readers of logs when Postgres announced that something happened to their job. */
export function createNews(): News {
  const ears = new Map<string, Set<Ear>>();
  const tell = (ear: Ear) => {
    ear.heard = true;
    ear.wake();
  };
  return {
    hear: (notice) => ears.get(notice.id)?.forEach(tell),
    hearAll: () => ears.forEach((of) => of.forEach(tell)),
    subscribe(jobId) {
      const ear: Ear = { heard: false, wake: () => {} };
      const others = ears.get(jobId) ?? new Set();
      ears.set(jobId, others.add(ear));
      return {
        async next(signal) {
          if (!ear.heard && !signal.aborted) await wakeUp(ear, signal);
          ear.heard = false;
        },
        [Symbol.dispose]() {
          others.delete(ear);
          if (others.size === 0) ears.delete(jobId);
        },
      };
    },
  };
}

function wakeUp(ear: Ear, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const resume = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', resume);
      ear.wake = () => {};
      resolve();
    };
    const timer = setTimeout(resume, LOOK_AGAIN_MS);
    signal.addEventListener('abort', resume);
    ear.wake = resume;
  });
}
