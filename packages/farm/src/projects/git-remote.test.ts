import { expect, test } from 'vitest';
import { isRefusal } from '../refusal.ts';
import { acceptGitUrl } from './git-remote.ts';

const OFF = { all: false, demo: null };
const DEMO = 'file:///srv/farm/demo';

test('a file remote is refused, unless they are all allowed or it is the demo', () => {
  expect(acceptGitUrl(DEMO, OFF)).toMatchObject({ refused: 'git_url_refused' });
  expect(acceptGitUrl(DEMO, { all: true, demo: null })).toMatchObject({ plain: DEMO });
  expect(acceptGitUrl(DEMO, { all: false, demo: DEMO })).toMatchObject({ plain: DEMO });
});

test.each(['file:///srv/farm/demo/../other', 'file:///srv/farm/demo2', '/srv/farm'])(
  'the permission for the demo does not reach %s',
  (url) => {
    expect(isRefusal(acceptGitUrl(url, { all: false, demo: DEMO }))).toBe(true);
  },
);

test('a refusal says where and why, and does not repeat a password', () => {
  const refusal = acceptGitUrl('gopher://bot:p4ssw0rd@forge.example/attic', OFF);
  expect(refusal).toMatchObject({ faults: [{ path: 'body.git_url' }] });
  expect(JSON.stringify(refusal)).not.toContain('p4ssw0rd');
});
