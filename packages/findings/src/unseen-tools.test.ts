import type { ToolRun } from '@crafting-table/contracts/finding';
import { expect, test } from 'vitest';
import { unseenTools } from './unseen-tools.ts';

const PYTEST: ToolRun = {
  tool: 'pytest',
  completeness: 'complete',
  source: { artifact: 'log', format: 'pytest-text' },
};

test('a declared tool that was heard of needs nothing', () => {
  expect(unseenTools(['python/pytest'], [PYTEST])).toEqual([]);
});

test('a declared tool that was not heard of is unknown, and a test tool has run no test', () => {
  expect(unseenTools(['python/pytest', 'node/tsc', 'node/tsc'], [])).toMatchObject([
    {
      tool: 'pytest',
      completeness: 'unknown',
      unseen: true,
      note: 'declared, but nothing was heard of it: no test ran',
    },
    { tool: 'tsc', completeness: 'unknown', unseen: true, note: 'declared, but nothing was heard of it' },
  ]);
});

test('a declared tool that nobody knows is told', () => {
  expect(unseenTools(['python/nothing'], [PYTEST])).toMatchObject([
    { tool: 'python/nothing', completeness: 'unknown', note: expect.stringContaining('knows no such tool') },
  ]);
});
