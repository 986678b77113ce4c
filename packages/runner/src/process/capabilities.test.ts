import { expect, test } from 'vitest';
import { hasCapability } from './capabilities.ts';

test('a right is read from its bit', () => {
  const status = 'Name:\tnode\nCapPrm:\t0000003fffffffff\nCapEff:\t0000000000200000\n';
  expect(hasCapability(status, 21n)).toBe(true);
  expect(hasCapability(status, 20n)).toBe(false);
});

test('where nothing is said of rights there are none', () => {
  expect(hasCapability('', 21n)).toBe(false);
});
