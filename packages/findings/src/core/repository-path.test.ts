import { describe, expect, it } from 'vitest';
import { createPathResolver } from './repository-path.ts';

const files = new Set(['app/src/main.c', 'src/root.c', 'app/my file.c', 'app/100%.c', 'x/y.c']);
const resolve = createPathResolver({
  subproject: 'app',
  workspaceRoot: '/farm/ws',
  knownFile: (path) => files.has(path),
});

describe('a path of a tool', () => {
  it.each([
    ['src/main.c', 'app/src/main.c', true],
    ['./src/../src/main.c', 'app/src/main.c', true],
    ['src/root.c', 'src/root.c', true],
    ['../x/y.c', 'x/y.c', true],
    ['app/src/main.c', 'app/src/main.c', true],
    ['src\\main.c', 'app/src/main.c', true],
    ['/farm/ws/app/src/main.c', 'app/src/main.c', true],
    ['/farm/ws/x/../x/y.c', 'x/y.c', true],
    ['file:///farm/ws/app/my%20file.c', 'app/my file.c', true],
    ['file:///farm/ws/app/100%.c', 'app/100%.c', true],
    ['gen/new.c', 'app/gen/new.c', false],
    ['/farm/ws/gen/new.c', 'gen/new.c', false],
  ])('%s is %s', (raw, path, known) => {
    expect(resolve(raw)).toEqual({ path, known });
  });

  it.each([
    '/etc/passwd',
    '/farm/ws',
    '/farm/ws-other/main.c',
    '/farm/ws/../secret.c',
    '../../etc/passwd',
    'src/../../../etc/passwd',
    '..\\..\\..\\secret.c',
    'C:\\Windows\\x.c',
    'file://host/share/x.c',
    'file:///etc/passwd',
    'file:///farm/ws/%2e%2e/%2e%2e/etc/passwd',
    'https://example.test/x.c',
    'a\0b.c',
    `${'a/'.repeat(600)}x.c`,
  ])('%j is outside', (raw) => {
    expect(resolve(raw)).toEqual({ known: false });
  });

  it.each(['', '.'])('%j is the folder of the subproject, which is no file', (raw) => {
    expect(resolve(raw)).toEqual({ path: 'app', known: false });
  });

  it('is never handed out with a way out of the repository', () => {
    for (const raw of [
      'a/../../../b',
      '/farm/ws/..',
      './../..//../x',
      '\\\\host\\share',
      '/farm/ws/./../ws2/x',
    ]) {
      expect(resolve(raw).path ?? '').not.toMatch(/\.\.|^\/|\\/);
    }
  });
});
