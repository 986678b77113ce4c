import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';
import { renderEnvExample } from './render-env-example.ts';
import { readSettings, SETTINGS, SettingsError } from './settings.ts';

describe('settings', () => {
  test('an empty environment gives the defaults', () => {
    expect(readSettings(['CRAFTING_HOST', 'CRAFTING_PORT', 'CRAFTING_FILE_REMOTES'], {})).toEqual({
      CRAFTING_HOST: '127.0.0.1',
      CRAFTING_PORT: 8810,
      CRAFTING_FILE_REMOTES: false,
    });
  });

  test('an empty value counts as not set', () => {
    expect(readSettings(['CRAFTING_PORT', 'REDIS_URL'], { CRAFTING_PORT: '', REDIS_URL: '' })).toEqual({
      CRAFTING_PORT: 8810,
      REDIS_URL: undefined,
    });
  });

  test('a list is cut at its commas', () => {
    const { CRAFTING_LAN_CIDRS } = readSettings(['CRAFTING_LAN_CIDRS'], {
      CRAFTING_LAN_CIDRS: ' 10.0.0.0/8, ::1/128,',
    });
    expect(CRAFTING_LAN_CIDRS).toEqual(['10.0.0.0/8', '::1/128']);
  });

  test('a setting nobody knows is refused by name, with the one that was probably meant', () => {
    expect(() => readSettings([], { CRAFTING_PROT: '1' })).toThrow(
      new SettingsError('CRAFTING_PROT is not a setting of crafting-table; did you mean CRAFTING_PORT?'),
    );
  });

  test("names outside the farm are nobody's business", () => {
    expect(readSettings([], { CRAFT: '1', PATH: '/bin' })).toEqual({});
  });

  test('all faults are told at once, a line each', () => {
    const environment = { CRAFTING_PORT: '70000', CRAFTING_FILE_REMOTES: 'yes', CRAFTING_DATADIR: '/x' };
    const faults = faultsOf(() => readSettings(['CRAFTING_PORT', 'CRAFTING_FILE_REMOTES'], environment));
    expect(faults.map((line) => line.split(/[: ]/)[0])).toEqual([
      'CRAFTING_DATADIR',
      'CRAFTING_PORT',
      'CRAFTING_FILE_REMOTES',
    ]);
  });

  test('a fault never repeats the value, which may be a password', () => {
    const faults = faultsOf(() =>
      readSettings(['DATABASE_URL'], { DATABASE_URL: 'mysql://me:hunter2@db/x' }),
    );
    expect(faults.join('\n')).not.toContain('hunter2');
  });

  test('every setting accepts its own example', () => {
    const faults = Object.entries(SETTINGS)
      .filter(([, { schema, example }]) => !schema.safeParse(example || undefined).success)
      .map(([name]) => name);
    expect(faults).toEqual([]);
  });

  test('what a recipe is told of its job is not refused, so a recipe may start a farm', () => {
    const told = { CRAFTING_JOB_ID: 'x', CRAFTING_ATTEMPT: 'y', CRAFTING_COMMIT: 'z' };
    expect(readSettings(['CRAFTING_PORT'], told)).toEqual({ CRAFTING_PORT: 8810 });
  });

  test('.env.example lists just these settings', () => {
    expect(readFromRoot('.env.example')).toBe(renderEnvExample());
  });

  test('the README names no setting that there is not', () => {
    const table = /\| Setting \| Default \|.*\n([\s\S]*?)\n\n/.exec(readFromRoot('README.md'))![1]!;
    const names = table.split('\n').flatMap((row) => namesIn(row.split('|')[1]!));
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !(name in SETTINGS))).toEqual([]);
  });
});

describe('the nearest name', () => {
  test('is the one that takes the fewest edits', () => {
    expect(nearestName('worker', ['port', 'workers', 'data'])).toBe('workers');
  });
});

function readFromRoot(file: string): string {
  return readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
}

/** After `CRAFTING_LOG_KEEP_DAYS` stands `_BYTES` for the setting with another last word. */
function namesIn(cell: string): string[] {
  let name = '';
  return [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, written = '']) => {
    name = written.startsWith('_') ? name.replace(/_[A-Z]+$/, written) : written;
    return name;
  });
}

function faultsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (fault) {
    if (fault instanceof SettingsError) return fault.message.split('\n');
    throw fault;
  }
  return [];
}
