// Stands in for the launcher behind start.mjs: tells its arguments, counts SIGINTs, and ends on SIGTERM with exit code 7.
import { setInterval } from 'node:timers';

let interrupts = 0;
setInterval(() => {}, 60_000);
process.on('SIGINT', () => console.log(`interrupt ${++interrupts}`));
process.on('SIGTERM', () => process.exit(7));
process.on('disconnect', () => process.exit(8));
console.log(`up ${process.pid} ${JSON.stringify(process.argv.slice(2))}`);
