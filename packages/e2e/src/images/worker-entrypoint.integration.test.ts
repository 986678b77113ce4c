// What the worker's image does before the worker starts, with the machine's own setpriv in the place of the image's. Only root
// has the rights that are passed on there.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { searchPath } from '@crafting-table/dev-services/config';
import { temporaryFolder } from '../temporary-folder.ts';
import { ROOT } from './dockerfile.ts';

const SCRIPT = readFileSync(join(ROOT, 'images/worker-entrypoint.sh'), 'utf8');
const NOBODY = 65_534;

describe.runIf(process.getuid!() === 0)('before the worker starts', () => {
  test('volumes that everybody may write to become its own, so that no recipe can rename a workspace', async () => {
    await using folder = await temporaryFolder('volumes');
    for (const name of ['data', 'workspace', 'caches']) volumeOfEverybody(join(folder.path, name));
    const { status, stderr } = start(folder.path);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const name of ['data', 'workspace', 'caches']) {
      expect(shown(join(folder.path, name)), name).toEqual({ uid: 0, gid: 0, mode: 0o711 });
    }
  });

  test('the folder of temporary files gets its sticky bit, so that no recipe can replace files of the worker', async () => {
    await using folder = await temporaryFolder('volumes');
    volumeOfEverybody(join(folder.path, 'tmp'));
    expect(start(folder.path).status).toBe(0);
    expect(shown(join(folder.path, 'tmp'))).toEqual({ uid: 0, gid: 0, mode: 0o1777 });
  });

  test('an empty volume for nix becomes that of the recipes, so that nix works', async () => {
    await using folder = await temporaryFolder('volumes');
    mkdirSync(join(folder.path, 'nix'), { mode: 0o700 });
    expect(start(folder.path).status).toBe(0);
    expect(shown(join(folder.path, 'nix'))).toEqual({ uid: NOBODY, gid: NOBODY, mode: 0o755 });
  });

  test('the command gets its arguments, its rights and its exit code', async () => {
    await using folder = await temporaryFolder('volumes');
    const said = start(folder.path, [
      'sh',
      '-c',
      'echo "$1"; grep CapAmb /proc/self/status; exit 7',
      'sh',
      'a b',
    ]);
    expect(said).toMatchObject({
      status: 7,
      stdout: expect.stringMatching(/^a b\nCapAmb:\t0{8}[0-9a-f]{6}eb\n$/),
    });
  });
});

/** As Kubernetes makes an emptyDir with an fsGroup, or a folder of a host. */
function volumeOfEverybody(path: string): void {
  mkdirSync(path);
  chownSync(path, NOBODY, NOBODY);
  chmodSync(path, 0o2777);
}

function shown(path: string): { uid: number; gid: number; mode: number } {
  const { uid, gid, mode } = statSync(path);
  return { uid, gid, mode: mode & 0o7777 };
}

function start(folder: string, command: readonly string[] = ['true']) {
  const script = join(folder, 'worker-entrypoint');
  const here = SCRIPT.replace(/^raise=.*$/m, 'raise=setpriv').replaceAll(
    ' /nix ',
    ` ${join(folder, 'nix')} `,
  );
  writeFileSync(script, here);
  return spawnSync('sh', [script, ...command], {
    env: {
      PATH: searchPath(),
      TMPDIR: join(folder, 'tmp'),
      CRAFTING_DATA_DIR: join(folder, 'data'),
      CRAFTING_WORKSPACE_DIR: join(folder, 'workspace'),
      CRAFTING_CACHE_DIR: join(folder, 'caches'),
      CRAFTING_RECIPE_USER: `${NOBODY}:${NOBODY}`,
    },
    encoding: 'utf8',
  });
}
