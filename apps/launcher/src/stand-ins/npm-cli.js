// Stands in for npm: "installs" a pnpm that leaves a mark, or fails the way that STAND_IN_NPM says.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const prefix = process.argv.find((argument) => argument.startsWith('--prefix=')).slice('--prefix='.length);
appendFileSync('npm-calls', 'npm\n');
if (process.env.STAND_IN_NPM === 'no network') {
  console.error(
    'npm error code ENOTFOUND\nnpm error network request to https://registry.invalid/pnpm failed',
  );
  process.exit(1);
}
const bin = join(prefix, 'node_modules', 'pnpm', 'bin');
mkdirSync(bin, { recursive: true });
if (process.env.STAND_IN_NPM === 'die half-way') process.kill(process.ppid, 'SIGKILL');
writeFileSync(
  join(bin, 'pnpm.mjs'),
  `import { appendFileSync, mkdirSync } from 'node:fs';
   appendFileSync('npm-calls', 'pnpm ' + process.argv.slice(2).join(' ') + '\\n');
   mkdirSync('node_modules', { recursive: true });`,
);
