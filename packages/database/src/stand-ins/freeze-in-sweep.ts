// A thread that takes the turn of the sweep and then stands still for ever, as a frozen process does.
import { parentPort, workerData } from 'node:worker_threads';
import { connectDatabase } from '../connect.ts';
import { withSweepTurn } from '../sweep.ts';

const db = connectDatabase({ url: workerData, poolSize: 2, name: 'frozen', connectTimeoutMs: 20_000 });
await withSweepTurn(db, 0, async () => {
  parentPort!.postMessage('at work'); // This file is only ever started as a thread.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
