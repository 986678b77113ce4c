// What a recipe sees of the farm's folders when its view is narrowed.
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canNarrowView } from './narrow-view.ts';
import { openSpawner } from './open-spawner.ts';
import { probeContainment } from './probe-containment.ts';
import { directSpawner } from './spawn-directly.ts';
import type { RecipeView } from './spawner.ts';
import { startRecipe } from './start-recipe.ts';

const LIMITS = { timeoutMs: 20_000, noOutputMs: 0, killGraceMs: 300, outputBytesMax: 2 ** 20 };

await using spawner = await openSpawner();
const containment = await probeContainment('auto', spawner);
const isOffered = await canNarrowView(containment, spawner);

let data: string;
let view: RecipeView;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'crafting-data-'));
  for (const folder of ['workspaces/1/tree', 'workspaces/2', 'caches/p', 'caches/q', 'objects']) {
    mkdirSync(join(data, folder), { recursive: true });
    writeFileSync(join(data, folder, 'file'), 'content\n');
  }
  writeFileSync(join(data, 'secret'), '');
  view = {
    hidden: [data],
    own: [join(data, 'workspaces/1'), join(data, 'caches/p')],
    readOnly: [join(data, 'objects')],
  };
});
afterEach(() => rmSync(data, { recursive: true }));

async function run(command: string, seen: RecipeView = view) {
  let output = '';
  const end = await startRecipe({
    command,
    cwd: join(data, 'workspaces/1/tree'),
    env: { PATH: '/usr/bin:/bin' },
    attemptId: 'view.1',
    containment,
    spawner,
    limits: LIMITS,
    onOutput: (chunk) => void (output += chunk.toString()),
    view: seen,
  }).ended;
  return { output, ...end };
}

test('it is offered exactly where a PID namespace and the fork server are', async () => {
  expect(isOffered).toBe(containment === 'pid_namespace' && spawner.means === 'fork_server');
  expect(await canNarrowView('subreaper', spawner)).toBe(false);
  expect(await canNarrowView(containment, directSpawner)).toBe(false);
});

describe.each(isOffered ? ['a recipe'] : [])('%s', () => {
  test('sees its own folders in their places and nothing beside them, from its working folder too', async () => {
    const { output } = await run(`pwd; cd ..; find ../.. | sort; find '${data}' | wc -l`);
    const [where, ...rest] = output.trim().split('\n');
    const seen = ['', '/caches', '/caches/p', '/caches/p/file', '/objects', '/objects/file'];
    const workspace = ['', '/1', '/1/tree', '/1/tree/file'].map((path) => `/workspaces${path}`);
    expect(where).toBe(join(data, 'workspaces/1/tree'));
    expect(rest.slice(0, -1)).toEqual([...seen, ...workspace].map((path) => `../..${path}`));
    expect(Number(rest.at(-1))).toBe(seen.length + workspace.length);
  });

  test('writes into its own folders, and into nothing else of the farm', async () => {
    const places = ['workspaces/1/tree/file', 'caches/p/new', 'objects/file', 'objects/new', 'new'];
    const write = places.map((place) => `echo changed > '${join(data, place)}' || echo refused ${place};`);
    const { output } = await run(
      `exec 2>/dev/null; ${write.join(' ')} mkdir '${data}/caches/q' || echo refused q`,
    );
    expect(output.split('\n')).toEqual([
      'refused objects/file',
      'refused objects/new',
      'refused new',
      'refused q',
      '',
    ]);
    expect(readFileSync(join(data, 'workspaces/1/tree/file'), 'utf8')).toBe('changed\n');
    expect(readFileSync(join(data, 'caches/p/new'), 'utf8')).toBe('changed\n');
    expect(readFileSync(join(data, 'objects/file'), 'utf8')).toBe('content\n');
    expect(readdirSync(data).toSorted()).toEqual(['caches', 'objects', 'secret', 'workspaces']);
  });

  // Root's recipes could also take the cover off; docs/containment.md says so.
  test('cannot take the cover off from a user namespace of its own', async () => {
    const take = `unshare --user --map-root-user --mount umount --lazy '${data}'; ls '${data}'`;
    const { output } = await run(
      `exec 2>/dev/null; ${process.getuid?.() === 0 ? '' : `umount -l '${data}'; `}${take}`,
    );
    expect(output.split('\n')).toEqual(['caches', 'objects', 'workspaces', '']);
  });

  test('finds hidden folders empty also when their path leads over a link', async () => {
    const link = `${data}-link`;
    symlinkSync(data, link);
    try {
      const { output } = await run(`ls '${data}' '${link}/'`, { ...view, hidden: [link], readOnly: [] });
      expect(output).toBe(`${data}:\ncaches\nworkspaces\n\n${link}/:\ncaches\nworkspaces\n`);
    } finally {
      rmSync(link);
    }
  });

  test('starts also when something it was to see is gone', async () => {
    const { output } = await run(`ls '${data}'`, { ...view, readOnly: [join(data, 'gone')] });
    expect(output.split('\n')).toEqual(['caches', 'workspaces', '']);
  });

  test('is not started when a folder cannot be hidden', async () => {
    await expect(run('true', { ...view, hidden: [join(data, 'gone')] })).rejects.toThrow('could be started');
  });
});
