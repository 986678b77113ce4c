// `npm run chaos`: the scenarios of chaos/ with the stores they need. Takes the flags of chaos/main.ts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inherited } from './config.ts';
import { ROOT } from './run-program.ts';
import { startTestStores } from './test-stores.ts';

await using stores = await startTestStores();
const child = spawn(process.execPath, [`${ROOT}chaos/main.ts`, ...process.argv.slice(2)], {
  cwd: ROOT,
  env: { ...inherited, ...stores.environment },
  stdio: ['ignore', 'inherit', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
const [code] = await once(child, 'exit');
if (stores.missing !== undefined) console.log(`!! nothing was tried on Redis: ${stores.missing}`);
process.exitCode = code ?? 1;
