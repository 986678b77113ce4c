// Stands in for a worker: lives until SIGTERM. With `stubborn` as its name it does not hear that one either.
import { setInterval } from 'node:timers';

setInterval(() => {}, 60_000);
process.on('SIGTERM', () => {
  if (process.env['CRAFTING_WORKER_NAME'] === 'stubborn') return;
  console.error(JSON.stringify({ level: 30, msg: 'worker stops' }));
  process.exit(0);
});
// Not before: whoever reads it may send SIGTERM at once.
console.error(JSON.stringify({ level: 30, msg: 'worker up', pid: process.pid }));
