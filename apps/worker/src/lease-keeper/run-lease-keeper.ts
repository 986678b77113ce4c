import type { MessagePort } from 'node:worker_threads';
import { connectLeases, type HeldAttempt } from '@crafting-table/database/jobs/renew-leases';
import { listen } from '@crafting-table/database/listen';
import { attemptKey, type FromKeeper, type KeeperOptions, type ToKeeper } from './messages.ts';

/** After a failed renewal. A lease lasts for few renewals, and an attempt that is lost should not run on for one more. */
const RETRY_MS = 1000;

/** Renews the leases that the main thread holds, until it is told to stop, and tells it which were lost or cancelled. */
export function runLeaseKeeper(port: MessagePort, options: KeeperOptions): void {
  const held = new Map<string, HeldAttempt>();
  let state: { blocked: string | null; draining: boolean } = { blocked: null, draining: false };
  const leases = connectLeases(options.databaseUrl, options.renewSecs);
  const tell = (message: FromKeeper) => port.postMessage(message);
  let retry: NodeJS.Timeout | undefined;
  let stopping = false;
  let isDrainWanted = false;

  const renew = async (): Promise<void> => {
    const asked = [...held.values()];
    const rssBytes = process.memoryUsage.rss(); // Of the whole process, not of this thread.
    const worker = { id: options.workerId, busy: asked.length, rssBytes, ...state };
    try {
      const { renewed, drainRequested } = await leases.renew(worker, asked, options.leaseSecs);
      if (drainRequested !== isDrainWanted)
        tell({ kind: 'drain', isWanted: (isDrainWanted = drainRequested) });
      const kept = new Map(renewed.map((attempt) => [attemptKey(attempt), attempt]));
      for (const attempt of asked) {
        const answer = kept.get(attemptKey(attempt));
        if (!answer) tell({ kind: 'lost', attempt });
        else if (answer.cancelRequested) tell({ kind: 'cancel', attempt });
      }
    } catch {
      // Postgres is away. The recipes go on; the sweep gives every worker time to renew once it is back.
      if (!stopping) retry ??= setTimeout(renewAgain, RETRY_MS);
    }
  };
  const renewAgain = (): void => {
    retry = undefined;
    void renew();
  };

  const timer = setInterval(renew, options.renewSecs * 1000);
  const listener = listen({
    url: options.databaseUrl,
    channels: ['crafting_cancel', 'crafting_worker'],
    onNotice: ({ channel, id, attempt }) => {
      if (channel === 'crafting_worker') return id === options.workerId ? void renew() : undefined;
      const jobId = id;
      const known = held.get(attemptKey({ jobId, attempt }));
      if (known) tell({ kind: 'cancel', attempt: known });
    },
    onGap: () => void renew(), // A cancel may have been missed; renewing tells of it.
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    clearInterval(timer);
    clearTimeout(retry);
    await Promise.allSettled([listener[Symbol.asyncDispose](), leases[Symbol.asyncDispose]()]);
    port.close();
  };

  port.on('message', (message: ToKeeper) => {
    switch (message.kind) {
      case 'hold':
        held.set(attemptKey(message.attempt), message.attempt);
        break;
      case 'drop':
        held.delete(attemptKey(message.attempt));
        break;
      case 'state':
        state = { blocked: message.blocked, draining: message.draining };
        void renew();
        break;
      case 'stop':
        void stop();
        break;
    }
  });
}
