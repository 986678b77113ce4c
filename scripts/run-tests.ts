// One set of tests through vitest, and its numbers.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { runProgram } from './run-program.ts';

export const TEST_SETS = ['unit', 'integration', 'e2e'] as const;
export type TestSet = (typeof TEST_SETS)[number];
/** `failures` has a text for each failed test: its file, its name and how its message begins. */
export type TestCounts = { passed: number; failed: number; failures?: readonly string[] };

/** The parts of vitest's JSON result that are read here. */
type VitestTest = { status: string; fullName: string; failureMessages?: string[] };
type VitestFile = { status: string; name: string; message: string; assertionResults: VitestTest[] };
type VitestResult = { numPassedTests: number; testResults: VitestFile[] };

const LINES_OF_A_MESSAGE = 6;

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
  const failures = result.testResults.flatMap(listFailures);
  return { passed: result.numPassedTests, failed: failures.length, failures };
}

/** A file that failed without a failed test of its own is one failure. */
function listFailures(file: VitestFile): string[] {
  const tests = file.assertionResults.filter((test) => test.status === 'failed');
  const name = relative(process.cwd(), file.name);
  if (tests.length === 0) return file.status === 'failed' ? [describeFailure(name, file.message)] : [];
  return tests.map((test) => describeFailure(`${name} > ${test.fullName}`, test.failureMessages?.[0] ?? ''));
}

function describeFailure(what: string, message: string): string {
  const isOurs = (line: string) => !/^\s+at .*(node_modules|<anonymous>)/.test(line);
  const lines = message.trim().split('\n').filter(isOurs).slice(0, LINES_OF_A_MESSAGE);
  return [`FAILED ${what}`, ...lines.map((line) => `  ${line}`)].join('\n');
}
