import { expect, test } from 'vitest';
import { parseOomKills, wasOomKilled } from './oom-kills.ts';

test('the counter is read from memory.events and from vmstat alike', () => {
  expect(parseOomKills('low 0\nhigh 0\nmax 12\noom 4\noom_kill 3\noom_group_kill 0\n')).toBe(3);
  expect(parseOomKills('pgfault 8\noom_kill 0\nnuma_hit 1\n')).toBe(0);
  expect(parseOomKills('')).toBeUndefined();
});

test.each([
  [137, 3, 4, true],
  [137, 3, 3, false],
  [1, 3, 4, false],
  [143, 3, 4, false],
  [137, undefined, undefined, false],
])('exit code %i with the counter going from %s to %s: %s', (exitCode, before, after, expected) => {
  expect(wasOomKilled(exitCode, before, () => after)).toBe(expected);
});
