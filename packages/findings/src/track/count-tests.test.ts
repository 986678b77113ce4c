import type { ToolRun } from '@crafting-table/contracts/finding';
import { expect, test } from 'vitest';
import { countTests, toolsWithoutTests } from './count-tests.ts';

const FAILED = { test: { name: 't', outcome: 'failed' as const } };

function run(tool: string, artifact: string, counts: Record<string, number>): ToolRun {
  return { tool, completeness: 'complete', source: { artifact, format: 'any' }, claimed: counts };
}

test('the tests of all tools are counted, and the failed ones among them', () => {
  const runs = [
    run('pytest', 'log', { tests: 4 }),
    run('jest', 'log', { tests: 3 }),
    run('jest', 'log', { tests: 2 }),
  ];
  expect(countTests([FAILED, {}], runs)).toEqual({ ran: 9, failed: 1 });
});

test('what a tool prints and writes into a file as well is counted once', () => {
  const runs = [run('pytest', 'log', { tests: 4 }), run('pytest', '../reports/pytest-1.xml', { tests: 4 })];
  expect(countTests([], runs)).toEqual({ ran: 4, failed: 0 });
});

test('no test ran where no tool tells of any', () => {
  expect(countTests([], [])).toBeNull();
  expect(countTests([], [run('tsc', 'log', { errors: 2 }), run('unittest', 'log', { tests: 0 })])).toBeNull();
});

test('packages of tests stand for tests where a tool counts no others', () => {
  const packages: ToolRun = { ...run('go-test', 'log', {}), parsed: { packages: 2 } };
  expect(countTests([], [packages])).toEqual({ ran: 2, failed: 0 });
  expect(countTests([FAILED, FAILED, FAILED], [packages])).toEqual({ ran: 3, failed: 3 });
});

test('a tool has run no test when none of its runs has, not when it counts no tests', () => {
  const empty = run('cargo-test', 'log', { tests: 0 });
  expect([...toolsWithoutTests([empty, empty])]).toEqual(['cargo-test']);
  expect([...toolsWithoutTests([empty, run('cargo-test', 'log', { tests: 2 })])]).toEqual([]);
  expect([...toolsWithoutTests([run('tsc', 'log', { errors: 0 })])]).toEqual([]);
  const packages: ToolRun = { ...run('go-test', 'log', {}), parsed: { packages: 2 } };
  expect([...toolsWithoutTests([packages])]).toEqual([]);
});
