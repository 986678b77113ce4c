// `npm test`: every check and every test, the stores they need, and one line of numbers at the end.
//   npm test -- packages/findings        only tests whose path holds this
//   npm test -- --only unit              only one set of tests, without the static checks
import { parseArgs } from 'node:util';
import {
  findMissingToolchains,
  howToInstall,
  TOOLCHAIN_NAMES,
} from '../packages/dev-services/src/toolchains.ts';
import { inherited, isCi, path } from './config.ts';
import { missingPrograms } from './test-programs.ts';
import { runStaticChecks } from './static-checks.ts';
import { runTests, TEST_SETS } from './run-tests.ts';
import type { TestCounts } from './run-tests.ts';
import { startTestStores } from './test-stores.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' } },
});
const sets = TEST_SETS.filter((set) => values.only === undefined || set === values.only);
if (sets.length === 0) throw new Error(`--only takes one of ${TEST_SETS.join(', ')}, not ${values.only}`);

const totals: TestCounts = { passed: 0, failed: 0 };
const summary: string[] = [];
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => (isStopped = true));

for (const check of values.only === undefined ? await runStaticChecks() : []) {
  count(check.name, check.hasPassed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
}
const testsBefore = totals.passed + totals.failed;
await runAllTests();
if (sets.some((set) => set !== 'unit')) await tellMissingToolchains();
if (totals.passed + totals.failed === testsBefore) count('no test ran at all', { passed: 0, failed: 1 });
if (isStopped) count('stopped by a signal', { passed: 0, failed: 1 });
console.log(['', ...summary, `${totals.passed} passed, ${totals.failed} failed`].join('\n'));
process.exitCode = totals.failed === 0 ? 0 : 1;

async function runAllTests(): Promise<void> {
  await using stores = await startTestStores();
  console.log(`\nthe stores are ${stores.kind}`);
  for (const set of sets) {
    if (isStopped) return;
    console.log(`\n== ${set}`);
    count(set, await runTests(set, positionals, { ...stores.environment, PATH: path }));
  }
  for (const line of await missingPrograms(sets, path)) {
    summary.push(line);
    if (isCi) count('Programs for tests in CI', { passed: 0, failed: 1 });
  }
  if (stores.missing === undefined || sets.every((set) => set === 'unit')) return;
  summary.push(
    `!! SUITES THAT NEED REDIS DID NOT RUN: ${stores.missing}. Install redis-server or valkey-server.`,
  );
  if (isCi) count('Redis in CI', { passed: 0, failed: 1 });
}

/** Tests of what toolchains find fail without them in CI. Elsewhere their rows do not exist, and that is said aloud. */
async function tellMissingToolchains(): Promise<void> {
  const missing = await findMissingToolchains(TOOLCHAIN_NAMES, inherited);
  if (missing.length > 0) summary.push(`!! TOOLCHAINS NOT TESTED: ${missing.map(howToInstall).join('; ')}`);
}

function count(name: string, { passed, failed, failures = [] }: TestCounts): void {
  totals.passed += passed;
  totals.failed += failed;
  summary.push(...failures);
  summary.push(`${name}: ${passed} passed, ${failed} failed`);
}
