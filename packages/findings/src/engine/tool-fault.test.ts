import { describe, expect, it } from 'vitest';
import { missingCommand } from './tool-fault.ts';

describe('a command that is not installed', () => {
  const { hint } = missingCommand('go|gofmt', '^error: no such command: `go`$');

  it.each([
    'sh: 1: go: not found',
    'bash: line 3: gofmt: command not found',
    '/bin/sh: go: not found',
    'zsh: command not found: go',
    'error: no such command: `go`',
  ])('is told by %j', (line) => {
    expect(hint.test(line)).toBe(true);
  });

  it.each(['sh: 1: gobble: not found', 'page: go: not found here', 'go: not found'])(
    'is not told by %j',
    (line) => {
      expect(hint.test(line)).toBe(false);
    },
  );
});
