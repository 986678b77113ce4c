import type { Reason } from '@crafting-table/contracts/words';
import { expect, test } from 'vitest';
import { judgeEnd } from './judge-end.ts';

const limits = { timeoutSecs: 60, noOutputSecs: 20, logFloodBytes: 1000 };
const judge = (reason: Reason, exitCode: number, logTail = '') =>
  judgeEnd({ reason, exitCode, logTail, limits });

test('only the recipe itself passes, with exit code 0', () => {
  expect(judge('exit', 0)).toEqual({ status: 'passed', reason: 'exit', exit_code: 0, detail: null });
  expect(judge('exit', 2)).toEqual({ status: 'failed', reason: 'exit', exit_code: 2, detail: null });
  expect(judge('timeout', 0).status).toBe('failed');
});

test('a tool that the shell did not find is named', () => {
  expect(judge('exit', 127, 'sh: 1: cargo: not found\n')).toEqual({
    status: 'failed',
    reason: 'tool_missing',
    exit_code: 127,
    detail: 'cargo was not found on the worker',
  });
  expect(judge('exit', 127, 'bye\n')).toMatchObject({ reason: 'exit', detail: null });
});

test.each([
  ['timeout', 'failed', 'ran longer than its limit of 60 s'],
  ['no_output', 'failed', 'printed nothing for 20 s'],
  ['log_flood', 'failed', 'printed more than 1000 bytes'],
  ['oom', 'failed', 'the kernel ended it because memory ran out'],
  ['disk_full', 'failed', "the worker's disk is full"],
  ['setup_failed', 'failed', 'the recipe could not be started, or what started it was killed'],
  ['cancelled', 'cancelled', null],
  ['superseded', 'cancelled', null],
] as const)('%s means %s: %s', (reason, status, detail) => {
  expect(judge(reason, 143)).toEqual({ status, reason, exit_code: 143, detail });
});
