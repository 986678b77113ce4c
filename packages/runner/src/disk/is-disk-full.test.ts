import { expect, test } from 'vitest';
import { isDiskFull } from './is-disk-full.ts';

const systemError = (code: string) => Object.assign(new Error(code), { code });

test('a full disk is known by its code, however deep in the causes', () => {
  expect(isDiskFull(systemError('ENOSPC'))).toBe(true);
  expect(isDiskFull(new Error('no workspace', { cause: systemError('EDQUOT') }))).toBe(true);
});

test('other errors, and what is no error, are not about a disk', () => {
  expect(isDiskFull(systemError('EACCES'))).toBe(false);
  expect(isDiskFull(new Error('No space left on device'))).toBe(false);
  expect(isDiskFull('ENOSPC')).toBe(false);
});
