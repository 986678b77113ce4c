import { describe, expect, it } from 'vitest';
import { missingCommand } from './missing-command.ts';

describe('a command that is missing', () => {
  const { hint } = missingCommand(String.raw`(?:\./)?mvnw?|go`, '^error: no such command: `go`$');

  it.each([
    'bash: line 1: mvn: command not found',
    'bash: mvn: command not found',
    '/bin/sh: 1: mvn: not found',
    '/bin/sh: go: not found',
    'sh: 12: ./mvnw: not found',
    'bash: line 1: ./mvnw: No such file or directory',
    './ci/run.sh: line 3: ./mvnw: No such file or directory',
    'zsh: command not found: mvn',
    'bundler: command not found: go',
    'error: no such command: `go`',
  ])('is recognised in %j', (line) => {
    expect(hint.test(line)).toBe(true);
  });

  it.each([
    'bash: mvnx: command not found',
    'mvn: not found in the list',
    'error: file mvn: missing',
    'page: go: not found here',
    'go: not found',
    'cp: go: No such file or directory',
  ])('is not seen in %j', (line) => {
    expect(hint.test(line)).toBe(false);
  });
});
