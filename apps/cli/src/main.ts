// `craft`: what the farm does with the output of tools, without a farm.
import { workingFolder } from './config.ts';
import { runCraft } from './run-craft.ts';

// Whoever reads our output may have read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCraft(process.argv.slice(2), {
  folder: workingFolder(),
  input: process.stdin,
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
