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
// Where one of these is missing, `npm test` says so.
const HAS_PYTEST = spawnSync('python3', ['-m', 'pytest', '--version']).status === 0;
const HAS_RSPEC = spawnSync('ruby', ['-r', 'rspec/core', '-e', '']).status === 0;
const HAS_MINITEST = spawnSync('ruby', ['-r', 'minitest', '-e', '']).status === 0;

/** What differs from time to time: durations and rates, in text and in JSON, and addresses. */
const VARIABLE = [
  / in \d+\.\d+s/g,
  /\d+\.\d+(?= (?:seconds|runs\/s|assertions\/s|s = ))/g,
  /(?<="(?:run_time|duration)":)[\d.e-]+/g,
  /0x[0-9a-f]+/g,
];

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
        'import os, sys\nprint(sys.path, sorted(set(os.environ) - {"CRAFTING_REPORTS", "PYTHONPATH", "RUBYLIB", "SPEC_OPTS"}))\n',
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

const RED_SPEC = `
RSpec.describe 'sums' do
  it('is good') { expect(1).to eq 1 }
  it('is bad') { expect(1).to eq 2 }
  it('has its own environment') { expect(ENV['SPEC_OPTS'].to_s).not_to include('crafting') }
  it('has no more libraries') { expect(defined?(JSON)).to be_nil }
  it('starts another') { expect(system('rspec inner.rb > inner.txt 2>&1')).to be false }
end
`;
const INNER_SPEC = `RSpec.describe('inner') { it('is wrong') { expect(1).to eq 2 } }\n`;

describe.each(HAS_RSPEC ? ['rspec'] : [])('%s', (rspec) => {
  test.each([
    ['as it is', 'red_spec.rb', {}, 1, 1],
    ['with a formatter of its own', '--format documentation red_spec.rb', {}, 1, 1],
    ['with a formatter in its variable', 'red_spec.rb', { SPEC_OPTS: '--format json' }, 1, 1],
    ['with warnings', '--warnings red_spec.rb', {}, 1, 1],
    ['on an example that passes', 'red_spec.rb -e good', {}, 0, 1],
    ['on no example', 'red_spec.rb -e nothing', {}, 0, 1],
    ['up to its first failure', '--fail-fast red_spec.rb', {}, 1, 0],
    ['only listing examples', '--dry-run red_spec.rb', {}, 0, 0],
    ['on a file that does not load', 'broken_spec.rb', {}, 1, 0],
    ['on a file that is not there', 'nowhere_spec.rb', {}, 1, 0],
  ])('%s prints and ends the same', (_, flags, declared, status, count) => {
    write({ 'red_spec.rb': RED_SPEC, 'inner.rb': INNER_SPEC, 'broken_spec.rb': 'nonsense\n' });
    const { plain, hooked } = runBoth(`${rspec} --seed 1 ${flags}`, declared);
    expect(hooked).toEqual(plain);
    expect(hooked.status).toBe(status);
    expect(readdirSync(reports)).toHaveLength(count);
  });

  test('writes what has failed, as its own formatter does', () => {
    write({ 'red_spec.rb': RED_SPEC, 'inner.rb': INNER_SPEC });
    runBoth(`${rspec} red_spec.rb`);
    const { examples, summary } = JSON.parse(readFileSync(join(reports, 'rspec-1.json'), 'utf8'));
    expect(summary).toMatchObject({ example_count: 5, failure_count: 1 });
    expect(examples[1]).toMatchObject({ status: 'failed', file_path: './red_spec.rb', line_number: 4 });
  });

  test('is left alone where the recipe sets SPEC_OPTS anew', () => {
    write({ 'red_spec.rb': RED_SPEC, 'inner.rb': INNER_SPEC });
    const { plain, hooked } = runBoth(`SPEC_OPTS=--no-color ${rspec} red_spec.rb`);
    expect(hooked).toEqual(plain);
    expect(readdirSync(reports)).toEqual([]);
  });

  test('ends the same where reports cannot be written', () => {
    write({ 'red_spec.rb': RED_SPEC, 'inner.rb': INNER_SPEC });
    rmSync(reports, { recursive: true });
    const { plain, hooked } = runBoth(`${rspec} red_spec.rb`);
    expect(hooked).toEqual(plain);
  });
});

const RED_TEST = `
require 'minitest/autorun'
class CalcTest < Minitest::Test
  def test_good; assert true; end
  def test_bad; assert_equal 3, 4; end
  def test_raises; raise "<&\u0001"; end
  def test_skipped; skip 'later'; end
  def test_own_environment; refute ENV['RUBYLIB'].to_s.include?('hooks'); end
  def test_own_load_path; assert_empty $LOAD_PATH.grep(/hooks/); end
  def test_no_more_libraries; refute defined?(JSON); end
end
`;

describe.each(HAS_MINITEST ? ['ruby red_test.rb --seed 1'] : [])('%s', (minitest) => {
  test.each([
    ['as it is', '', {}, 1],
    ['telling each test', '--verbose', {}, 1],
    ['on a test that passes', '--name test_good', {}, 0],
    ["with the author's own plugin", '', { RUBYLIB: 'own' }, 1],
  ])('%s prints and ends the same', (_, flags, declared, status) => {
    write({ 'red_test.rb': RED_TEST, 'own/minitest/own_plugin.rb': 'puts "own plugin"\n' });
    const { plain, hooked } = runBoth(`${minitest} ${flags}`, declared);
    expect(hooked).toEqual(plain);
    expect(hooked.status).toBe(status);
    expect(readdirSync(reports)).toEqual(['minitest-1.xml']);
  });

  test('writes what has failed, and where', () => {
    write({ 'red_test.rb': RED_TEST });
    runBoth(minitest);
    const report = readFileSync(join(reports, 'minitest-1.xml'), 'utf8');
    expect(report).toMatch(/<testsuite name="minitest" tests="7" failures="1" errors="1" skipped="1">/);
    expect(report).toMatch(/name="test_bad" file="red_test.rb" line="5"/);
    expect(report).toContain('RuntimeError: &lt;&amp;?');
  });

  test('is left alone where the recipe sets RUBYLIB anew', () => {
    write({ 'red_test.rb': RED_TEST });
    const { plain, hooked } = runBoth(`RUBYLIB=lib ${minitest}`);
    expect(hooked).toEqual(plain);
    expect(readdirSync(reports)).toEqual([]);
  });

  test('ends the same where reports cannot be written', () => {
    write({ 'red_test.rb': RED_TEST });
    rmSync(reports, { recursive: true });
    const { plain, hooked } = runBoth(minitest);
    expect(hooked).toEqual(plain);
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

/** Both streams as one. */
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
    output: VARIABLE.reduce((text, pattern) => text.replaceAll(pattern, '#'), stdout),
  };
}
