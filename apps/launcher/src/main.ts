// `npm start`: the whole farm on this machine, from one command to one ready line.
import { fileURLToPath } from 'node:url';
import { migrateSchemas } from './migrate-schemas.ts';
import { runLauncher } from './run-launcher.ts';

process.exitCode = await runLauncher({
  args: process.argv.slice(2),
  entries: {
    api: fileURLToPath(new URL('../../api/src/main.ts', import.meta.url)),
    worker: fileURLToPath(new URL('../../worker/src/main.ts', import.meta.url)),
  },
  migrate: migrateSchemas,
});
