// The hooks against the real tools of this machine: what they print and how they end is the same with and without.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { recipeEnvironment } from '../process/recipe-environment.ts';
import { writeHooks } from './report-hooks.ts';

const folder = mkdtempSync(join(tmpdir(), 'crafting-hooks-'));
const [tree, hooks, reports] = ['tree', 'hooks', 'reports'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
]; // As many as there are names.
const HAS_PYTEST = spawnSync('python3', ['-m', 'pytest', '--version']).status === 0;

beforeEach(() => {
  for (const each of [tree, hooks, reports]) rmSync(each, { recursive: true, force: true });
  for (const each of [tree, reports]) mkdirSync(each);
  writeHooks(hooks);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a Python without pytest', () => {
  test('runs as it would without the hooks', () => {
    write({
      'show.py':
        'import os, sys\nprint(sys.path, sorted(set(os.environ) - {"CRAFTING_REPORTS", "PYTHONPATH"}))\n',
    });
    const { plain, hooked } = runBoth('python3 show.py');
    expect(hooked).toEqual(plain);
    expect(hooked.status).toBe(0);
  });

  test("runs the author's own sitecustomize", () => {
    write({ 'own/sitecustomize.py': 'print("own")\n' });
    const { plain, hooked } = runBoth('python3 -c "print(1)"', { PYTHONPATH: 'own' });
    expect(plain.output).toBe('own\n1\n');
    expect(hooked).toEqual(plain);
  });
});

const RED = `
import os, subprocess, sys
def test_good(): pass
def test_bad(): assert [1] == [2]
def test_own_environment(): assert not {'PYTHONPATH', 'PYTEST_PLUGINS'} & set(os.environ)
def test_inner():
    open('inner.py', 'w').write('def test_wrong(): assert 0')
    assert subprocess.call([sys.executable, '-m', 'pytest', '-q', 'inner.py'], stdout=subprocess.DEVNULL) == 1
`;

describe.each(HAS_PYTEST ? ['python3 -m pytest'] : [])('%s', (pytest) => {
  test.each([
    ['as it is', '', 1, 1],
    ['quietly', '-q', 1, 1],
    ['with a report of its own', '--junitxml=own.xml', 1, 1],
    ['with warnings as errors', '-W error', 1, 1],
    ['on a test that passes', '-k good', 0, 1],
    ['up to its first failure', '-x', 1, 0],
    ['only listing tests', '--collect-only', 0, 0],
    ['on a file that is not there', 'nowhere.py', 4, 0],
  ])('%s prints and ends the same', (_, flags, status, count) => {
    write({ 'test_red.py': RED });
    const { plain, hooked } = runBoth(`${pytest} ${flags}`);
    expect(hooked).toEqual(plain);
    expect(hooked.status).toBe(status);
    expect(readdirSync(reports)).toHaveLength(count);
  });

  test('writes what has failed, of each session', () => {
    write({ 'test_red.py': RED });
    runBoth(`${pytest}; ${pytest} -k bad`);
    expect(readdirSync(reports).toSorted()).toEqual(['pytest-1.xml', 'pytest-2.xml']);
    const [first, second] = ['pytest-1.xml', 'pytest-2.xml'].map((name) =>
      readFileSync(join(reports, name), 'utf8'),
    );
    expect(first).toMatch(/tests="4"/);
    expect(first).toMatch(/name="test_bad"[^>]*><failure/);
    expect(second).toMatch(/tests="1"/);
  });

  test('is left alone where the recipe sets PYTHONPATH anew', () => {
    write({ 'test_red.py': RED });
    const { plain, hooked } = runBoth(`PYTHONPATH=src ${pytest} -k bad`);
    expect(hooked).toEqual(plain);
    expect(readdirSync(reports)).toEqual([]);
  });

  test("keeps the author's plugins and options", () => {
    write({ 'test_red.py': RED, 'lib/own_plugin.py': 'def pytest_report_header(): return "own header"\n' });
    const declared = { PYTHONPATH: 'lib', PYTEST_PLUGINS: 'own_plugin', PYTEST_ADDOPTS: '-k bad' };
    const { plain, hooked } = runBoth(pytest, declared);
    expect(plain.output).toContain('own header');
    expect(hooked).toEqual(plain);
    expect(readdirSync(reports)).toHaveLength(1);
  });

  test('ends the same where reports cannot be written', () => {
    write({ 'test_red.py': RED });
    rmSync(reports, { recursive: true });
    const { plain, hooked } = runBoth(`${pytest} -k bad`);
    expect(hooked).toEqual(plain);
    expect(existsSync(reports)).toBe(false);
  });
});

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
}

function runBoth(command: string, declared: Record<string, string> = {}) {
  return { plain: run(command, declared, null), hooked: run(command, declared, { hooks, reports }) };
}

/** Both streams as one, without what differs from time to time. */
function run(
  command: string,
  declared: Record<string, string>,
  given: { hooks: string; reports: string } | null,
) {
  const env = recipeEnvironment({
    path: process.env.PATH ?? '',
    home: folder,
    tmp: folder,
    caches: join(folder, 'caches'),
    declared,
    hooks: given,
    job: { id: 'j1', project: 'demo', recipe: 'test', commit: 'c0ffee' },
  });
  const { stdout, status } = spawnSync('/bin/sh', ['-c', `{ ${command}; } 2>&1`], {
    cwd: tree,
    env,
    encoding: 'utf8',
  });
  return {
    status,
    output: stdout.replaceAll(/ in \d+\.\d+s/g, ' in a while').replaceAll(/0x[0-9a-f]+/g, '0x'),
  };
}
