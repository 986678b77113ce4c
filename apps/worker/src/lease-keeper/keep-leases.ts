import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { HoldEvents, Leases } from '@crafting-table/farm/attempts/leases';
import { attemptKey, type FromKeeper, type KeeperOptions, type ToKeeper } from './messages.ts';

export type LeaseKeeper = Leases &
  AsyncDisposable & {
    /** What GET /healthz shows of this worker beside its leases. */
    show(state: { blocked: string | null; draining: boolean }): void;
  };

export type KeeperEvents = {
  /** The thread died, and so must the process: nobody would renew any more. */
  onDeath: (error: Error) => void;
  onDrain: (isWanted: boolean) => void;
};

/** Starts the thread that keeps leases. */
export function keepLeases(options: KeeperOptions, { onDeath, onDrain }: KeeperEvents): LeaseKeeper {
  const thread = new Worker(new URL('main.ts', import.meta.url), {
    workerData: options,
    name: 'leases',
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  const holders = new Map<string, HoldEvents>();
  let stopping = false;
  const say = (message: ToKeeper) => thread.postMessage(message);
  thread.on('message', (message: FromKeeper) => {
    if (message.kind === 'drain') return onDrain(message.isWanted);
    const holder = holders.get(attemptKey(message.attempt));
    if (message.kind === 'lost') holder?.onLost();
    else holder?.onCancel();
  });
  thread.on('error', onDeath);
  thread.on('exit', () => {
    if (!stopping) onDeath(new Error('the thread that renews leases ended'));
  });
  return {
    hold({ jobId, attempt: number }, events) {
      const attempt = { jobId, attempt: number };
      holders.set(attemptKey(attempt), events);
      say({ kind: 'hold', attempt });
      return {
        [Symbol.dispose]() {
          holders.delete(attemptKey(attempt));
          say({ kind: 'drop', attempt });
        },
      };
    },
    show: (state) => say({ kind: 'state', ...state }),
    async [Symbol.asyncDispose]() {
      stopping = true;
      const ended = once(thread, 'exit');
      say({ kind: 'stop' });
      await ended;
    },
  };
}
