import { expect, test } from 'vitest';
import { findMarker, parsePs, parseStat } from './process-table.ts';

const REST = '34816 812 4194304 1 0 0 0 0 0 0 0 20 0 1 0 90210 2613248 240';

test('a process is read from its stat line', () => {
  expect(parseStat(`812 (sh) S 811 812 800 ${REST}`)).toEqual({
    pid: 812,
    parent: 811,
    group: 812,
    session: 800,
    started: 90210,
  });
});

test('a program may have any name, also one that looks like the rest of the line', () => {
  expect(parseStat(`812 (a) S 1 2 (b) R 811 812 800 ${REST}`)).toMatchObject({
    pid: 812,
    parent: 811,
    session: 800,
  });
});

test.each(['Z', 'X'])('a process in state %s is gone', (state) => {
  expect(parseStat(`812 (sh) ${state} 811 812 800 ${REST}`)).toBeUndefined();
});

test.each([
  ['CRAFTING_ATTEMPT=a.1', 'a.1'],
  ['PATH=/bin\0CRAFTING_ATTEMPT=a.1\0HOME=/', 'a.1'],
  ['NOT_CRAFTING_ATTEMPT=b.1\0CRAFTING_ATTEMPT=a.1\0', 'a.1'],
  ['NOT_CRAFTING_ATTEMPT=b.1\0', undefined],
  ['TEXT=about CRAFTING_ATTEMPT=b.1\0', undefined],
  ['', undefined],
])('of the environment %j the marker is %j', (environment, marker) => {
  expect(findMarker(Buffer.from(environment))).toBe(marker);
});

test('the table of ps is read where there is no /proc, without its zombies', () => {
  expect(parsePs('    1     0     1 Ss\n  812   811   812 S+\n  813   811   812 Z\n')).toEqual([
    { pid: 1, parent: 0, group: 1, session: 1, started: 0 },
    { pid: 812, parent: 811, group: 812, session: 812, started: 0 },
  ]);
});
