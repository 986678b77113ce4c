// The thread that renews leases. It does nothing else, so that neither parsing nor a flood of output can make a worker
// look dead, and it hears of cancels at once.
import { parentPort, workerData } from 'node:worker_threads';
import { connectDatabase } from '@crafting-table/database/connect';
import { renewLeases, type HeldAttempt } from '@crafting-table/database/jobs/renew-leases';
import { listen } from '@crafting-table/database/listen';
import { attemptKey, type FromKeeper, type KeeperOptions, type ToKeeper } from './messages.ts';

const options: KeeperOptions = workerData;
const port = parentPort!; // This file is only ever started as a thread.
const held = new Map<string, HeldAttempt>();
let blocked: string | null = null;
let draining = false;

const statementTimeoutMs = Math.max(1000, options.renewSecs * 1000);
const db = connectDatabase({
  url: options.databaseUrl,
  poolSize: 1,
  name: 'crafting-leases',
  statementTimeoutMs,
});
const tell = (message: FromKeeper) => port.postMessage(message);

const listener = listen({
  url: options.databaseUrl,
  channels: ['crafting_cancel'],
  onNotice: ({ jobId, attempt }) => {
    const known = held.get(attemptKey({ jobId, attempt }));
    if (known) tell({ kind: 'cancel', attempt: known });
  },
  onGap: () => void renew(), // A cancel may have been missed; renewing tells of it.
});
const timer = setInterval(renew, options.renewSecs * 1000);

async function renew(): Promise<void> {
  const asked = [...held.values()];
  const worker = { id: options.workerId, busy: asked.length, blocked, draining };
  try {
    const renewed = await renewLeases(db, worker, asked, options.leaseSecs);
    const kept = new Map(renewed.map((attempt) => [attemptKey(attempt), attempt]));
    for (const attempt of asked) {
      const answer = kept.get(attemptKey(attempt));
      if (!answer) tell({ kind: 'lost', attempt });
      else if (answer.cancelRequested) tell({ kind: 'cancel', attempt });
    }
  } catch {
    // Postgres is away. The recipes go on; the sweep gives every worker time to renew once it is back.
  }
}

port.on('message', (message: ToKeeper) => {
  switch (message.kind) {
    case 'hold':
      held.set(attemptKey(message.attempt), message.attempt);
      break;
    case 'drop':
      held.delete(attemptKey(message.attempt));
      break;
    case 'state':
      ({ blocked, draining } = message);
      void renew();
      break;
    case 'stop':
      clearInterval(timer);
      void Promise.allSettled([listener[Symbol.asyncDispose](), db.destroy()]).then(() => port.close());
      break;
  }
});
