import { describe, expect, it } from 'vitest';
import { missingCommand } from './missing-command.ts';

const { hint } = missingCommand(String.raw`(?:\./)?mvnw?`);

describe('a command that is missing', () => {
  it.each([
    'bash: line 1: mvn: command not found',
    'bash: mvn: command not found',
    '/bin/sh: 1: mvn: not found',
    'sh: 12: ./mvnw: not found',
    'bash: line 1: ./mvnw: No such file or directory',
    'zsh: command not found: mvn',
  ])('is recognised in %j', (line) => {
    expect(hint.test(line)).toBe(true);
  });

  it.each(['bash: mvnx: command not found', 'mvn: not found in the list', 'error: file mvn: missing'])(
    'is not seen in %j',
    (line) => {
      expect(hint.test(line)).toBe(false);
    },
  );
});
