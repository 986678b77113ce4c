// The launcher as it is, with stand-ins for the API and the worker.
import { fileURLToPath } from 'node:url';
import { runLauncher } from '../run-launcher.ts';

process.exitCode = await runLauncher({
  args: process.argv.slice(2),
  entries: {
    api: fileURLToPath(new URL('./api.ts', import.meta.url)),
    worker: fileURLToPath(new URL('./worker.ts', import.meta.url)),
  },
  migrate: async () => {},
});
