// One set of tests through vitest, and its numbers.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

export const TEST_SETS = ['unit', 'integration', 'e2e'] as const;
export type TestSet = (typeof TEST_SETS)[number];
export type TestCounts = { passed: number; failed: number };

/** The part of vitest's JSON result that is read here. */
type VitestResult = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
};

/** A file that could not even be loaded counts as one failed test, and so does a run that left no result. */
export async function runTests(
  set: TestSet,
  filters: readonly string[],
  environment: object,
): Promise<TestCounts> {
  const folder = await mkdtemp(join(tmpdir(), 'crafting-tests-'));
  try {
    const file = join(folder, 'result.json');
    const args = ['run', '--project', set, '--passWithNoTests', '--reporter=default', '--reporter=json'];
    const hasPassed = await runProgram('vitest', [...args, `--outputFile=${file}`, ...filters], environment);
    const counts = countTests(await readFile(file, 'utf8').catch(() => undefined));
    return counts.failed === 0 && !hasPassed ? { ...counts, failed: 1 } : counts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function countTests(json: string | undefined): TestCounts {
  if (json === undefined) return { passed: 0, failed: 0 }; // Either no test matched, or vitest itself failed.
  const result: VitestResult = JSON.parse(json);
  const broken = result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: result.numPassedTests, failed: result.numFailedTests + broken.length };
}
