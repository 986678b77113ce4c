import { expect, test } from 'vitest';
import { recipeEnvironment } from './recipe-environment.ts';

const OPTIONS = {
  path: '/toolchains/bin:/usr/bin',
  home: '/workspace/home',
  tmp: '/workspace/tmp',
  caches: '/caches/demo',
  declared: {},
  hooks: null,
  job: { id: 'j1', project: 'demo', recipe: 'test', commit: 'c0ffee' },
} as const;

test('a recipe gets its folders, its job and plain output', () => {
  expect(recipeEnvironment(OPTIONS)).toMatchObject({
    PATH: '/toolchains/bin:/usr/bin',
    HOME: '/workspace/home',
    TMPDIR: '/workspace/tmp',
    CI: 'true',
    NO_COLOR: '1',
    TERM: 'dumb',
    COLUMNS: '500',
    CTEST_OUTPUT_ON_FAILURE: '1',
    SEMGREP_ENABLE_VERSION_CHECK: '0',
    LC_ALL: 'C.UTF-8',
    CARGO_HOME: '/caches/demo/cargo',
    MAVEN_ARGS: '-B -ntp -Dstyle.color=never -Dmaven.repo.local=/caches/demo/maven',
    CRAFTING_JOB_ID: 'j1',
    CRAFTING_PROJECT: 'demo',
    CRAFTING_RECIPE: 'test',
    CRAFTING_COMMIT: 'c0ffee',
  });
});

test('nothing of the worker comes in, and nothing that colours output', () => {
  process.env.SECRET_OF_THE_WORKER = 'do not tell';
  const environment = recipeEnvironment(OPTIONS);
  delete process.env.SECRET_OF_THE_WORKER;
  expect(JSON.stringify(environment)).not.toContain('do not tell');
  expect(environment).not.toHaveProperty('FORCE_COLOR');
  expect(environment).not.toHaveProperty('GITHUB_ACTIONS');
});

test('what a recipe declares wins over the defaults, but not over the identity of its job', () => {
  const declared = { COLUMNS: '80', OWN: 'value', RUSTUP_HOME: '/mine', CRAFTING_JOB_ID: 'forged' };
  expect(
    recipeEnvironment({ ...OPTIONS, declared, toolchainVariables: { RUSTUP_HOME: '/root/.rustup' } }),
  ).toMatchObject({
    COLUMNS: '80',
    OWN: 'value',
    RUSTUP_HOME: '/mine',
    CRAFTING_JOB_ID: 'j1',
  });
});

test('every cache is below the caches folder', () => {
  const environment = recipeEnvironment(OPTIONS);
  const paths = Object.values(environment).filter((value) => value.includes('/caches/'));
  expect(paths.length).toBeGreaterThan(12);
  expect(paths.filter((path) => !path.includes('/caches/demo/'))).toEqual([]);
});

test('hooks add to what a recipe declares, and nothing when there are none', () => {
  const hooks = { hooks: '/workspace/hooks', reports: '/workspace/reports' };
  expect(recipeEnvironment({ ...OPTIONS, hooks, declared: { PYTHONPATH: 'src' } })).toMatchObject({
    PYTHONPATH: '/workspace/hooks/python:src',
    CRAFTING_REPORTS: '/workspace/reports',
  });
  expect(recipeEnvironment({ ...OPTIONS, hooks })).toHaveProperty('PYTHONPATH', '/workspace/hooks/python');
  expect(recipeEnvironment(OPTIONS)).not.toHaveProperty('PYTHONPATH');
  expect(recipeEnvironment(OPTIONS)).not.toHaveProperty('CRAFTING_REPORTS');
});
