import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recipeEnvironment } from './recipe-environment.ts';

const SMOKE = join(import.meta.dirname, '../../../../smoke.sh');

test('smoke.sh gives its checks the environment that a recipe gets', () => {
  const printed = execFileSync('bash', [SMOKE, '--print-environment', '/workspace/x'], {
    encoding: 'utf8',
    env: { PATH: '/opt/go/bin:/usr/bin:/bin' },
  });
  const environment = recipeEnvironment({
    path: '/opt/go/bin:/usr/bin:/bin',
    home: '/workspace/x/home',
    tmp: '/workspace/x/tmp',
    caches: '/workspace/x/caches',
    declared: {},
    hooks: null,
    job: { id: '', project: '', recipe: 'test', commit: '' },
  });
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const expected = lines.filter((line) => !line.startsWith('CRAFTING_'));
  expect(printed.trim().split('\n').toSorted()).toEqual(expected.toSorted());
});
