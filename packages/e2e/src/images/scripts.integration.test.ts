// The shell scripts, before their interpreter and the linters of shell scripts. `.ci/test-programs` brings those where they
// are missing: a script that nobody looked at would be green otherwise.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './dockerfile.ts';

// Not those of examples/demo, which are there to have something found in them, and no samples of linters.
const scripts = globSync(
  ['smoke.sh', 'bin/*', '.ci/*', '{images,scripts,packages/runner}/**/*.sh', 'examples/*.sh'],
  { cwd: ROOT, exclude: ['**/node_modules'] },
);

test('the scripts of this repository are found', () => {
  for (const script of ['smoke.sh', 'bin/craft', '.ci/run', '.ci/test-programs', 'scripts/check-images.sh'])
    expect(scripts).toContain(script);
  expect(scripts).toContain('packages/runner/src/process/pid-namespace-init.sh');
});

describe.each(scripts)('%s', (script) => {
  const path = join(ROOT, script);
  // One that is only ever handed to sh says so nowhere.
  const shell = readFileSync(path, 'utf8').startsWith('#!') ? [] : ['--shell', 'sh'];

  test('is a script its interpreter can read', () => {
    expect(said('bash', ['-n', path])).toEqual({ status: 0, output: '' });
  });

  test('has nothing that shellcheck finds', () => {
    expect(said('shellcheck', [...shell, path])).toEqual({ status: 0, output: '' });
  });

  test('is formatted as shfmt does it', () => {
    expect(said('shfmt', ['-i', '2', '-d', path])).toEqual({ status: 0, output: '' });
  });
});

function said(program: string, args: readonly string[]) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error) throw new Error(`${program} is needed; .ci/test-programs brings it`, { cause: error });
  return { status, output: stdout + stderr };
}
