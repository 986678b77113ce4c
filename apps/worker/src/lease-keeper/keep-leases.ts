import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { HoldEvents, Leases } from '@crafting-table/farm/attempts/leases';
import { attemptKey, type FromKeeper, type KeeperOptions, type ToKeeper } from './messages.ts';

export type LeaseKeeper = Leases &
  AsyncDisposable & {
    /** What GET /healthz shows of this worker beside its leases. */
    show(state: { blocked: string | null; draining: boolean }): void;
  };

/** Starts the thread that keeps leases. Should it die, the process must: nobody would renew any more. */
export function keepLeases(options: KeeperOptions, onDeath: (error: Error) => void): LeaseKeeper {
  const thread = new Worker(new URL('main.ts', import.meta.url), {
    workerData: options,
    name: 'leases',
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  const holders = new Map<string, HoldEvents>();
  let stopping = false;
  const say = (message: ToKeeper) => thread.postMessage(message);
  thread.on('message', ({ kind, attempt }: FromKeeper) => {
    const holder = holders.get(attemptKey(attempt));
    if (kind === 'lost') holder?.onLost();
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
