// Takes the lock of the folder of its argument, says so, and lives until it is killed.
import { setInterval } from 'node:timers';
import { takeFarmLock } from '../farm-lock.ts';

const lock = takeFarmLock(process.argv[2] ?? '');
console.log(lock.kind);
setInterval(() => lock.kind, 60_000); // A lock that nothing can reach any more is collected, and with it released.
