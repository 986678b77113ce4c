import { expect, test } from 'vitest';
import { ownPath } from './own-path.ts';
import { HOME_PATH } from './paths.ts';

test.each(['/jobs/1', '/digests/2026-05-05/attic.html', '/jobs?project=attic&status=failed', '/', '/a//b'])(
  '%s is where a log-in leads back to',
  (path) => {
    expect(ownPath(path)).toBe(path);
  },
);

test.each([
  '//evil.example/x',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  'https://evil.example/',
  'http://farm.invalid/x',
  'javascript:alert(1)',
  'evil.example',
  '',
  `/${'x'.repeat(2000)}`,
  undefined,
  ['/jobs', '/jobs'],
])('%j leads home', (path) => {
  expect(ownPath(path)).toBe(HOME_PATH);
});

test('what would end a line of a header or a tag is written as a browser writes it', () => {
  expect(ownPath('/a"<b>\r\nLocation: x')).toBe('/a%22%3Cb%3ELocation:%20x');
});
