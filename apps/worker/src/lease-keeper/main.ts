// The thread that renews leases. It does nothing else, so that neither parsing nor a flood of output can make a worker
// look dead, and it hears of cancels at once.
import { parentPort, workerData } from 'node:worker_threads';
import { runLeaseKeeper } from './run-lease-keeper.ts';

runLeaseKeeper(parentPort!, workerData); // This file is only ever started as a thread.
