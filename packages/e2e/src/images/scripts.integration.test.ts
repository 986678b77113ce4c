// The shell scripts, before the linters of shell scripts where the machine has them.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './dockerfile.ts';

const scripts = [
  'smoke.sh',
  '.ci/run',
  ...globSync(['{images,scripts}/**/*.sh', 'examples/*.sh'], { cwd: ROOT }),
];

const LINTERS = [
  { program: 'shellcheck', args: [] },
  { program: 'shfmt', args: ['-i', '2', '-d'] },
] as const;

describe.each(scripts)('%s', (script) => {
  test('is a script its interpreter can read', () => {
    const { status, stderr } = spawnSync('bash', ['-n', join(ROOT, script)], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test.for(LINTERS.filter(({ program }) => isThere(program)))(
    'has nothing that $program finds',
    ({ program, args }) => {
      const { status, stdout } = spawnSync(program, [...args, join(ROOT, script)], { encoding: 'utf8' });
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    },
  );
});

function isThere(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}
