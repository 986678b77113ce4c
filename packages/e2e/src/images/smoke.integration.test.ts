// smoke.sh itself: what it makes of its checks, of the stages of an image, and of whoever runs it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { lastStage, readDockerfile } from './dockerfile.ts';
import { openMachines } from './smoke-machine.ts';
import { STAND_INS } from './smoke-stand-ins.ts';

const folder = mkdtempSync(join(tmpdir(), 'crafting-smoke-'));
afterAll(() => rmSync(folder, { recursive: true }));
const machines = await openMachines(folder);

describe('one toolchain of many', () => {
  test('is green in part, and never as all of them', async () => {
    const { code, last, green } = await machines.whole().smoke(['--only', 'go']);
    expect({ code, last, green }).toEqual({
      code: 0,
      last: '=== GREEN IN PART: 3 passed, 55 left out ===',
      green: ['go', 'staticcheck', 'govulncheck'],
    });
  });

  test('can be named together with single tools of others', async () => {
    const { green } = await machines.whole().smoke(['--only', 'go,c/lld,shell/jq']);
    expect(green).toEqual(['go', 'staticcheck', 'govulncheck', 'lld', 'jq']);
  });

  test.each(['cobol', 'c/cobol', 'cl', 'c/'])(
    'is refused when there is none of the name %s',
    async (name) => {
      expect(await machines.whole().smoke(['--only', name])).toMatchObject({ code: 2 });
    },
  );
});

test('a linter that lets a fault pass is red', async () => {
  const machine = machines.whole();
  machine.replace('bin/staticcheck', 'says 1');
  expect((await machine.smoke(['--only', 'go'])).row('staticcheck')).toContain('expected to read: U1000');
});

test('a program that was built and says something else is red', async () => {
  const machine = machines.whole();
  machine.replace('bin/go', STAND_INS['bin/go']!.replace('hello from go', 'goodbye'));
  expect((await machine.smoke(['--only', 'go'])).row('go')).toContain('expected to read: hello from go');
});

test('a valgrind that cannot start is red, although it fails as it does for a leak', async () => {
  const machine = machines.whole();
  machine.replace('bin/valgrind', 'says 3; echo Fatal error at startup; exit 1');
  const { row } = await machine.smoke(['--only', 'c/valgrind']);
  expect(row('valgrind')).toContain('expected to read: definitely lost');
});

test('a Swift that compiles but builds no package is red, as recipes build packages', async () => {
  const machine = machines.whole();
  machine.replace('bin/swift', STAND_INS['bin/swift']!.replace('build)', 'build) exit 1;; never)'));
  const { code, green } = await machine.smoke(['--only', 'swift']);
  expect({ code, green }).toEqual({ code: 1, green: ['swiftc'] });
});

test('a nix-build that fails after it named a result is red', async () => {
  const machine = machines.whole();
  machine.replace('bin/nix-build', `${STAND_INS['bin/nix-build']}; exit 1`);
  expect((await machine.smoke(['--only', 'nix'])).row('nix')).toContain('FAILED');
});

test('a tool that ends with 3 for what it found has found it', async () => {
  const { row } = await machines.whole().smoke(['--only', 'go/govulncheck']);
  expect(STAND_INS['bin/govulncheck']).toContain('exit 3');
  expect(row('govulncheck')).toContain(' ok ');
});

test('a tool that hangs is red', async () => {
  const machine = machines.whole();
  machine.replace('bin/govulncheck', 'exec /bin/sleep 60');
  const { code, row } = await machine.smoke(['--only', 'go'], { SMOKE_CHECK_SECS: '1' });
  expect(code).toBe(1);
  expect(row('govulncheck')).toContain('took longer than 1 s');
});

test('a tool that only works through the farm’s own packages is red, as a recipe would not find it', async () => {
  const machine = machines.whole();
  const own = join(machine.folder, 'node_modules/.bin');
  mkdirSync(own, { recursive: true });
  machine.replace('bin/tsx', null);
  writeFileSync(join(own, 'tsx'), '#!/bin/sh\necho hello from tsx\n', { mode: 0o755 });
  const { row } = await machine.smoke(['--only', 'node/tsx'], { PATH: `${own}:${machine.folder}/bin` });
  expect(row('tsx')).toContain('tsx: command not found');
});

test('who is not the recipes user never reads that all is green', async () => {
  const { last } = await machines.whole().smoke([], { CRAFTING_RECIPE_USER: '4242:4242' });
  expect(last).not.toContain('ALL TOOLCHAINS GREEN');
});

describe('an image', () => {
  const stages = join(folder, 'stages');

  test('is asked only for what its stages brought', async () => {
    writeFileSync(stages, 'go-tools\n');
    const { last, green } = await machines.whole().smoke(['--only', 'go'], { SMOKE_STAGES_FILE: stages });
    expect(last).toBe('=== GREEN IN PART: 2 passed, 56 left out ===');
    expect(green).toEqual(['staticcheck', 'govulncheck']);
  });

  test('that has nothing of what was asked for is not green', async () => {
    writeFileSync(stages, 'other\n');
    expect(await machines.whole().smoke([], { SMOKE_STAGES_FILE: stages })).toMatchObject({
      code: 1,
      last: '=== NOTHING WAS CHECKED ===',
    });
  });

  test('whose swift was replaced by an empty folder is green in part, not red', async () => {
    listStages({ of: copiedStages(), withoutContent: ['swift'], into: stages });
    const machine = machines.whole();
    for (const program of ['bin/swift', 'bin/swiftc']) machine.replace(program, null);
    const { code, last } = await machine.smoke([], { SMOKE_STAGES_FILE: stages });
    expect({ code, last }).toEqual({ code: 0, last: '=== GREEN IN PART: 56 passed, 2 left out ===' });
  });

  test('with all its stages is green as a whole', async () => {
    listStages({ of: copiedStages(), withoutContent: [], into: stages });
    const { last } = await machines.whole().smoke([], { SMOKE_STAGES_FILE: stages });
    expect(last).toBe('=== ALL TOOLCHAINS GREEN ===');
  });
});

function copiedStages(): string[] {
  const copies = lastStage(readDockerfile('Dockerfile.worker')).instructions;
  return copies.flatMap(({ text }) => /^--from=(\S+) /.exec(text)?.[1] ?? []);
}

/** Does what the last command of Dockerfile.worker does, to folders of the test. */
function listStages(image: { of: string[]; withoutContent: string[]; into: string }): void {
  const opt = mkdtempSync(join(folder, 'opt-'));
  for (const stage of image.of) mkdirSync(join(opt, stage));
  for (const stage of image.of)
    if (!image.withoutContent.includes(stage)) writeFileSync(join(opt, stage, 'tool'), '');
  const listed = '/etc/crafting-table/stages';
  const commands = readDockerfile('Dockerfile.worker').stages.flatMap(({ instructions }) =>
    instructions
      .filter(({ keyword, text }) => keyword === 'RUN' && text.includes(listed))
      .map(({ text }) => text),
  );
  expect(commands).toHaveLength(2);
  for (const command of commands) {
    const moved = command
      .replace('install --directory /etc/crafting-table && ', '')
      .replaceAll(listed, image.into)
      .replaceAll('/opt/', `${opt}/`);
    expect(spawnSync('sh', ['-c', moved], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  }
  expect(readFileSync(image.into, 'utf8')).toMatch(/^apt\n/);
}
