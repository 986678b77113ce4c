// `npm run check`: the static checks alone.
import { runStaticChecks } from './static-checks.ts';

const failed = (await runStaticChecks()).filter((check) => !check.hasPassed).map((check) => check.name);
console.log(failed.length === 0 ? '\ntypes, lint and format are fine' : `\nnot fine: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
