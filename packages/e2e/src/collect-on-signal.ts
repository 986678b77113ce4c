// Imported into a process of the farm that is tested: on SIGUSR2 it collects its garbage and logs what is left, because
// what a process has from the system says little about what it keeps: V8 takes memory long before it gives any back.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect();
  const { heapUsed, external } = process.memoryUsage(); // `external` holds the buffers too.
  process.stderr.write(`${JSON.stringify({ level: 30, msg: 'collected', live: heapUsed + external })}\n`);
});
