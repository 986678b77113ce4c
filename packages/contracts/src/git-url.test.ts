import { describe, expect, it } from 'vitest';
import { parseGitUrl } from './git-url.ts';

describe('parseGitUrl', () => {
  it.each([
    ['https://forge.test/a/b.git', 'https', 'forge.test', 'https://forge.test/a/b.git'],
    ['http://forge.test:3000/a/b', 'http', 'forge.test:3000', 'http://forge.test:3000/a/b'],
    ['ssh://git@forge.test:2222/a/b.git', 'ssh', 'forge.test:2222', 'ssh://git@forge.test:2222/a/b.git'],
    ['git@forge.test:a/b.git', 'ssh', 'forge.test', 'git@forge.test:a/b.git'],
    ['git@[fe80::1]:a/b.git', 'ssh', '[fe80::1]', 'git@[fe80::1]:a/b.git'],
    ['file:///srv/a.git', 'file', '', 'file:///srv/a.git'],
    ['/srv/a.git', 'file', '', 'file:///srv/a.git'],
  ])('takes %s apart', (text, scheme, host, plain) => {
    expect(parseGitUrl(text)).toEqual({ url: { scheme, host, plain, display: plain, credentials: null } });
  });

  it('separates the credentials of an HTTP URL from what may be shown and what git is given', () => {
    expect(parseGitUrl('https://ann:p%40ss@forge.test/a.git')).toEqual({
      url: {
        scheme: 'https',
        host: 'forge.test',
        display: 'https://forge.test/a.git',
        plain: 'https://forge.test/a.git',
        credentials: { username: 'ann', password: 'p@ss' },
      },
    });
  });

  it.each([
    '',
    'forge.test/a.git',
    './a.git',
    '-uhttps://forge.test/a',
    '--upload-pack=touch /tmp/x',
    'ext::sh -c true',
    'ext::sh',
    'fd::17',
    'git://forge.test/a',
    'ftp://forge.test/a',
    'javascript://forge.test/a',
    'https://',
    'https://forge.test/a\nHost: b',
    'https://forge.test/a\u0000',
    'https://forge.test/a b',
    'https://ann:a%0Ab@forge.test/a',
    'https://ann:100%@forge.test/a',
    'ssh://-oProxyCommand=sh/a',
    'ssh://-oProxyCommand=sh@forge.test/a',
    'ssh://ann:secret@forge.test/a',
    'ssh://forge.test',
    '-oProxyCommand=sh:a',
    'git@-oProxyCommand=sh:a',
    'git@forge.test:-a',
    'git@for$ge.test:a',
    'file:/etc',
    'https:a',
    'file://share/a',
    'file:///',
    `https://forge.test/${'a'.repeat(3000)}`,
  ])('refuses %j', (text) => {
    expect(parseGitUrl(text)).toEqual({ refused: expect.any(String) });
  });

  it('never repeats a password in the reason for a refusal', () => {
    for (const text of [
      'ftp://ann:secret@forge.test/a',
      'ssh://ann:secret@forge.test/a',
      'https://ann:secret@/a',
    ]) {
      expect(JSON.stringify(parseGitUrl(text))).not.toContain('secret');
    }
  });
});
