// What can be said about the code without running it: types, lint, format.
import { runProgram } from './run-program.ts';

const CHECKS = [
  { name: 'types', program: 'tsc', args: ['--project', '.'] },
  {
    name: 'lint',
    program: 'oxlint',
    args: ['start.mjs', 'vitest.config.ts', 'scripts', 'apps', 'packages', 'bench', 'chaos'],
  },
  { name: 'format', program: 'oxfmt', args: ['--check', '.'] },
];

export type CheckResult = { name: string; hasPassed: boolean };

export async function runStaticChecks(): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, program, args } of CHECKS) {
    console.log(`\n== ${name}`);
    results.push({ name, hasPassed: await runProgram(program, args) });
  }
  return results;
}
