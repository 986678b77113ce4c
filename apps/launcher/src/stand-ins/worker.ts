// Stands in for a worker: lives until SIGTERM. With `stubborn` as its name it does not hear that one either.
import { setInterval } from 'node:timers';

setInterval(() => {}, 60_000);
console.error(JSON.stringify({ level: 30, msg: 'worker up', pid: process.pid }));
process.on('SIGTERM', () => {
  if (process.env['CRAFTING_WORKER_NAME'] === 'stubborn') return;
  console.error(JSON.stringify({ level: 30, msg: 'worker stops' }));
  process.exit(0);
});
