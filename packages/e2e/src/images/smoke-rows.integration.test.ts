// Each check of smoke.sh turns red when its tool is useless, in whatever way: a green line is worth something only then.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT } from './dockerfile.ts';
import { openMachines } from './smoke-machine.ts';
import { PROGRAMS_OF, STAND_INS, WAYS_TO_FAIL } from './smoke-stand-ins.ts';

const folder = mkdtempSync(join(tmpdir(), 'crafting-smoke-'));
afterAll(() => rmSync(folder, { recursive: true }));
const machines = await openMachines(folder);

const rows = execFileSync('bash', [join(ROOT, 'smoke.sh'), '--list'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .map((line) => line.split(' ') as [toolchain: string, tool: string]);

test('with all tools in order every check is green', async () => {
  const { code, last, green, output } = await machines.whole().smoke([]);
  expect({ code, last }, output).toEqual({ code: 0, last: '=== ALL TOOLCHAINS GREEN ===' });
  expect(green).toEqual(rows.map(([, tool]) => tool));
});

test('on a bare machine nothing is green but bash, which smoke.sh is written for, and all else is named', async () => {
  const { code, last, green, row } = await machines.bare().smoke([]);
  expect({ code, last, green }).toEqual({
    code: 1,
    last: `=== ${rows.length - 1} OF ${rows.length} FAILED, 0 LEFT OUT ===`,
    green: ['bash'],
  });
  expect(rows.map(([, tool]) => row(tool)).filter((line) => line === undefined)).toEqual([]);
  expect(row('jq')).toContain('jq: command not found');
});

describe('a check is red, by name, when its tool is useless', () => {
  const useless = rows.flatMap(([toolchain, tool]) =>
    (PROGRAMS_OF[tool] ?? [`bin/${tool}`]).map((program) => ({ toolchain, tool, program })),
  );

  test.concurrent.for(useless)(
    '$toolchain $tool: $program',
    async ({ toolchain, tool, program }, { expect }) => {
      const ways = Object.entries(WAYS_TO_FAIL).map(async ([way, leave]) => {
        const machine = machines.whole();
        machine.replace(program, leave(STAND_INS[program] ?? machine.callsBash));
        const { code, last, row } = await machine.smoke(['--only', `${toolchain}/${tool}`]);
        return [way, { code, last, isNamed: row(tool)?.includes(' FAILED ') }] as const;
      });
      const red = { code: 1, last: `=== 1 OF 1 FAILED, ${rows.length - 1} LEFT OUT ===`, isNamed: true };
      expect(Object.fromEntries(await Promise.all(ways))).toEqual(
        Object.fromEntries(Object.keys(WAYS_TO_FAIL).map((way) => [way, red])),
      );
    },
  );
});
