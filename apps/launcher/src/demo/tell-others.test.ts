import { expect, test } from 'vitest';
import { tellOthers } from './tell-others.ts';

test('what was not built yet is told in two lines where every toolchain is there', () => {
  expect(tellOthers([])).toEqual([
    'In the demo as well, and built when you ask for it:',
    '  tally (python), ferry (go), abacus (rust), clock (java), kettle (c), poet (ruby), postcard (php), sweeper (shell)',
    '',
  ]);
});

test('a subproject without its toolchain is told apart, with what to install', () => {
  const lines = tellOthers(['go', 'make', 'cc', 'bats']);
  expect(lines[1]).toBe(
    '  tally (python), abacus (rust), clock (java), poet (ruby), postcard (php), sweeper (shell)',
  );
  expect(lines.slice(2)).toEqual([
    '  ferry (go) lacks its toolchain here, so that its jobs end as tool_missing; Debian has it as golang-go',
    '  kettle (c) lacks its toolchain here, so that its jobs end as tool_missing; Debian has it as gcc libc6-dev make',
    '',
  ]);
});
