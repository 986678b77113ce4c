// Takes the lock of the folder of its argument, says so, and lives until it is killed.
import { setInterval } from 'node:timers';
import { takeFarmLock } from '../farm-lock.ts';

console.log(takeFarmLock(process.argv[2] ?? '').kind);
setInterval(() => {}, 60_000);
