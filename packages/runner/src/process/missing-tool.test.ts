import { expect, test } from 'vitest';
import { findMissingTool } from './missing-tool.ts';

test.each([
  ['sh: 1: foo: not found', 'foo'], // dash, as `sh -c`
  ['/bin/sh: 1: foo: not found', 'foo'],
  ['./build.sh: 12: cargo-nextest: not found', 'cargo-nextest'],
  ['sh: foo: not found', 'foo'], // busybox 1.36
  ['./build.sh: line 3: foo: not found', 'foo'],
  ['foo: command not found', 'foo'],
  ['bash: foo: command not found', 'foo'],
  ['bash: line 1: foo: command not found', 'foo'],
  ['./build.sh: line 3: ./gradlew: No such file or directory', './gradlew'],
  ['zsh:1: command not found: foo', 'foo'],
  ["env: 'foo': No such file or directory", 'foo'], // coreutils 9
  ['env: ‘foo’: No such file or directory', 'foo'],
  ['/usr/bin/env: ‘python2’: No such file or directory', 'python2'],
  ["env: can't execute 'foo': No such file or directory", 'foo'], // busybox
  ["nohup: failed to run command 'foo': No such file or directory", 'foo'],
])('%s names %s', (line, tool) => {
  expect(findMissingTool(127, `compiling\n${line}\n`)).toBe(tool);
});

test('the last such line counts, and what a recipe says after it does no harm', () => {
  const log =
    'sh: 1: first: not found\r\nsh: 2: second: not found\r\nmake: *** [Makefile:2: all] Error 127\r\n';
  expect(findMissingTool(127, log)).toBe('second');
});

test.each([
  [126, 'sh: 1: foo: Permission denied'],
  [1, 'sh: 1: foo: not found'],
  [0, 'sh: 1: foo: not found'],
  [127, 'the page was not found'],
  [127, 'cat: notes.txt: No such file or directory'],
  [127, 'error: cannot find crate'],
  [127, ''],
])('exit code %i with "%s" is not about a missing tool', (exitCode, line) => {
  expect(findMissingTool(exitCode, line)).toBeNull();
});

test('a long hostile line costs next to nothing', () => {
  const before = process.threadCpuUsage();
  expect(findMissingTool(127, `${'a: '.repeat(100_000)}`)).toBeNull();
  expect(findMissingTool(127, `${'a'.repeat(100_000)}: not found!`)).toBeNull();
  expect(process.threadCpuUsage(before).user / 1000).toBeLessThan(200);
});
