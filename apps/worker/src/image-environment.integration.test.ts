// What a recipe finds in the worker image: the settings of Dockerfile.worker, as this app reads them, and smoke.sh, which has
// to give its checks the same environment.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { recipeEnvironment } from '@crafting-table/runner/process/recipe-environment';
import { findToolchainVariables } from '@crafting-table/runner/process/toolchain-variables';
import { readConfig } from './config.ts';

const ROOT = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'crafting-image-'));
afterAll(() => rmSync(folder, { recursive: true }));

const home = join(folder, 'home');
const image: Record<string, string> = { ...readVariables(), HOME: home };
const WORKER = { DATABASE_URL: 'postgres://localhost/crafting', REDIS_URL: 'redis://localhost' };

test('a recipe in the worker image finds pnpm, tsc and eslint: nothing of the PATH is taken for the farm’s own', () => {
  expect(image['PATH']).toContain('/opt/node-tools/');
  expect(readConfig({ ...image, ...WORKER }).recipePath).toBe(image['PATH']);
});

test('smoke.sh gives its checks the environment that a recipe gets in the image', () => {
  // The folders that the variables name have to be there, and some of those that stand in a home.
  const variables = mapValues(image, (value) => value.replaceAll('/opt/', `${folder}/opt/`));
  for (const name of ['jdk17', 'dotnet']) mkdirSync(join(folder, 'opt', name), { recursive: true });
  for (const name of ['.rustup', '.nvm']) mkdirSync(join(home, name), { recursive: true });
  expect(printedBySmoke(variables)).toEqual(givenToRecipe(variables));
  expect(printedBySmoke(variables)).toMatchObject({
    JAVA_HOME_17: join(folder, 'opt/jdk17'),
    DOTNET_ROOT: join(folder, 'opt/dotnet'),
    RUSTUP_HOME: join(home, '.rustup'),
    PYTHONPATH: '/workspace/x/hooks/python',
  });
  expect(printedBySmoke(variables)).not.toHaveProperty('JAVA_HOME_21'); // Its stage was left out.
});

test('smoke.sh leaves out of PATH what a recipe is not given of it', () => {
  const variables = { ...image, PATH: '/srv/node_modules/.bin:/usr/bin:/srv/node_modules/node/bin:/bin' };
  expect(printedBySmoke(variables)['PATH']).toBe('/usr/bin:/bin');
  expect(printedBySmoke(variables)).toEqual(givenToRecipe(variables));
  const told = { ...variables, CRAFTING_RECIPE_PATH: '/toolchains/bin' };
  expect(printedBySmoke(told)).toEqual(givenToRecipe(told));
});

/** What `ENV` sets in Dockerfile.worker. */
function readVariables(): Record<string, string> {
  const text = readFileSync(join(ROOT, 'Dockerfile.worker'), 'utf8');
  const [, words = ''] = /^ENV ((?:.*\\\n)*.*)$/m.exec(text) ?? [];
  return Object.fromEntries([...words.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
}

function printedBySmoke(variables: Record<string, string>): Record<string, string> {
  const printed = execFileSync('bash', [join(ROOT, 'smoke.sh'), '--print-environment', '/workspace/x'], {
    encoding: 'utf8',
    env: variables,
  });
  return Object.fromEntries(
    printed
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
}

function givenToRecipe(variables: Record<string, string>): Record<string, string> {
  const { recipePath } = readConfig({ ...variables, ...WORKER });
  return recipeEnvironment({
    path: recipePath,
    home: '/workspace/x/home',
    tmp: '/workspace/x/tmp',
    caches: '/workspace/x/caches',
    toolchainVariables: findToolchainVariables(home, variables),
    declared: {},
    hooks: { hooks: '/workspace/x/hooks', reports: '/workspace/x/reports' },
    job: { id: 'smoke', project: 'smoke', recipe: 'test', commit: 'smoke' },
  });
}

function mapValues(
  values: Record<string, string>,
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
