// smoke.sh itself: does it turn red when a tool is gone, broken, or says the wrong thing? The tools are stand-ins, so that
// this takes seconds and needs none of them.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { searchPath } from '@crafting-table/dev-services/config';
import { findOnPath } from '@crafting-table/dev-services/find-on-path';
import { ROOT } from './dockerfile.ts';

const folder = mkdtempSync(join(tmpdir(), 'crafting-smoke-'));
const bin = join(folder, 'bin');
afterAll(() => rmSync(folder, { recursive: true }));

/** What smoke.sh is made of itself; everything else has to come from stand-ins. */
const OWN = [
  'bash',
  'env',
  'cat',
  'mkdir',
  'mktemp',
  'rm',
  'grep',
  'sed',
  'head',
  'tail',
  'tr',
  'timeout',
  'realpath',
  'id',
  'test',
  'printf',
];
const host = await Promise.all(OWN.map((name) => findOnPath([name], searchPath())));

/** Toolchains whose whole check can be played by a few lines of shell. */
const STAND_INS: Record<string, string> = {
  go: 'case $1 in version) echo go1;; build) printf "#!/bin/sh\\necho hello from go\\n" >hello; chmod 755 hello;; vet) ;; test) echo ok;; *) exit 9;; esac',
  staticcheck: 'test "$1" = -version && echo 1 && exit; echo U1000; exit 1',
  govulncheck: 'echo govulncheck 1',
  bun: 'case $1 in --version) echo 1;; run) echo hello from bun;; test) ;; *) exit 9;; esac',
  jq: 'test "$1" = --version && echo 1 && exit; echo \'"hello from jq"\'',
  rg: 'test "$1" = --version && echo 1 && exit; echo hello from rg',
};
const TOOLS = Object.keys(STAND_INS);
const TOOLCHAINS = 'go';
const toolchainOf = (tool: string) => ({ bun: 'node', jq: 'shell', rg: 'shell' })[tool] ?? 'go';

beforeEach(() => {
  rmSync(bin, { recursive: true, force: true });
  mkdirSync(bin, { recursive: true });
  for (const [name, path] of OWN.map((name, index) => [name, host[index]] as const)) {
    writeProgram(name, `exec ${path} "$@"`);
  }
  writeProgram('chmod', `exec /bin/chmod "$@"`);
  for (const [name, script] of Object.entries(STAND_INS)) writeProgram(name, script);
});

function writeProgram(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
}

function smoke(args: readonly string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(join(bin, 'bash'), [join(ROOT, 'smoke.sh'), ...args], {
    env: {
      PATH: bin,
      HOME: folder,
      TMPDIR: folder,
      SMOKE_STAGES_FILE: join(folder, 'no-stages'),
      ...environment,
    },
    encoding: 'utf8',
  });
  const lines = stdout.trimEnd().split('\n');
  return {
    status,
    lines,
    last: lines.at(-1)!,
    output: stdout + stderr,
    row: (tool: string) => lines.find((line) => line.split(/\s+/)[1] === tool),
  };
}

describe('a toolchain that is whole', () => {
  test('is green, in part, and never as all of them', () => {
    const { status, last, output } = smoke(['--only', TOOLCHAINS]);
    expect({ status, last }, output).toEqual({
      status: 0,
      last: '=== GREEN IN PART: 3 passed, 54 left out ===',
    });
  });

  test.each(['go', 'staticcheck', 'govulncheck'])('is red without %s, by name', (tool) => {
    rmSync(join(bin, tool));
    const { status, last, row } = smoke(['--only', TOOLCHAINS]);
    expect(status).toBe(1);
    expect(last).toMatch(/^=== \d OF 3 FAILED/);
    expect(row(tool)).toContain('FAILED');
    expect(row(tool)).toContain('not found');
  });

  test.each(TOOLS)('is red when %s ends badly after it said the right thing', (tool) => {
    writeProgram(tool, `(${STAND_INS[tool]}); exit 7`);
    expect(smoke(['--only', toolchainOf(tool)]).row(tool)).toContain('FAILED');
  });

  test.each(TOOLS)('is red when %s says nothing', (tool) => {
    writeProgram(tool, 'exit 0');
    expect(smoke(['--only', toolchainOf(tool)]).row(tool)).toContain('FAILED');
  });

  test('is red when a linter lets a fault pass', () => {
    writeProgram('staticcheck', 'echo 1');
    expect(smoke(['--only', TOOLCHAINS]).row('staticcheck')).toContain('expected to read: U1000');
  });

  test('is red when the program that was built says something else', () => {
    writeProgram('go', STAND_INS['go']!.replace('hello from go', 'goodbye'));
    expect(smoke(['--only', TOOLCHAINS]).row('go')).toContain('expected to read: hello from go');
  });

  test('is red when a tool hangs', () => {
    writeProgram('govulncheck', 'exec /bin/sleep 60');
    const { status, row } = smoke(['--only', TOOLCHAINS], { SMOKE_CHECK_SECS: '1' });
    expect(status).toBe(1);
    expect(row('govulncheck')).toContain('took longer than 1 s');
  });
});

test('on a bare machine it says of each tool that it is missing', () => {
  for (const tool of TOOLS) rmSync(join(bin, tool));
  const { status, lines, last } = smoke([]);
  expect(status).toBe(1);
  expect(last).toMatch(/^=== 5\d OF 57 FAILED, 0 LEFT OUT ===$/);
  expect(
    lines.filter((line) => line.includes('FAILED') && line.includes('not found')).length,
  ).toBeGreaterThan(30);
});

test('an image is asked only for what its stages brought', () => {
  const stages = join(folder, 'stages');
  writeFileSync(stages, 'go-tools\n');
  const { last, row } = smoke(['--only', 'go'], { SMOKE_STAGES_FILE: stages });
  expect(last).toBe('=== GREEN IN PART: 2 passed, 55 left out ===');
  expect(row('go')).toBeUndefined();
});

test('who is not the recipes user never reads that all is green', () => {
  expect(smoke(['--only', 'go'], { CRAFTING_RECIPE_USER: '4242:4242' }).last).not.toContain(
    'ALL TOOLCHAINS GREEN',
  );
});

test('a toolchain that does not exist is refused, and so is nothing at all', () => {
  expect(smoke(['--only', 'cobol'])).toMatchObject({ status: 2 });
  const stages = join(folder, 'no-such-stage');
  writeFileSync(stages, 'other\n');
  expect(smoke([], { SMOKE_STAGES_FILE: stages })).toMatchObject({
    status: 1,
    last: '=== NOTHING WAS CHECKED ===',
  });
});
