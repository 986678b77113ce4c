// The service of compose.yml that makes the passwords, and what docs/deploy.md has it do, run by a bash of this machine.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readPassword } from '@crafting-table/contracts/with-password';
import { searchPath } from '@crafting-table/dev-services/config';
import { temporaryFolder } from '../temporary-folder.ts';
import { ROOT } from './dockerfile.ts';

const { entrypoint, command, volumes } = parse(readFileSync(join(ROOT, 'compose.yml'), 'utf8'), {
  merge: true,
}).services.secrets;
const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');

test('the passwords are made once, for every user of the containers', async () => {
  await using folder = await temporaryFolder('secrets');
  for (let start = 0; start < 2; start++) {
    // Compose writes a dollar sign as two.
    expect(bash(folder.path, command[0].replaceAll('$$', '$'))).toEqual({ status: 0, stderr: '' });
  }
  const redis = readPassword(join(folder.path, 'redis-password'));
  expect(redis).toMatch(/^[0-9a-f]{64}$/);
  expect(readPassword(join(folder.path, 'postgres-password'))).not.toBe(redis);
  expect(readFileSync(join(folder.path, 'redis.conf'), 'utf8')).toBe(`requirepass ${redis}\n`);
  expect(statSync(join(folder.path, 'redis-password')).mode & 0o777).toBe(0o644);
});

test('there was no way to give the mail server’s password to the volume: the service of the passwords takes it', async () => {
  await using folder = await temporaryFolder('secrets');
  const [, told = ''] = /^docker compose run --rm --no-TTY secrets '(.*)' </m.exec(page) ?? [];
  expect(bash(folder.path, told, 'a "strange" $password\n')).toEqual({ status: 0, stderr: '' });
  const [, name = ''] = /CRAFTING_SMTP_PASS_FILE=\/run\/farm\/secrets\/([\w-]+)/.exec(page) ?? [];
  expect(readPassword(join(folder.path, name))).toBe('a "strange" $password');
  expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o644);
});

/** What the service does with a command, and with its volume in that folder. */
function bash(folder: string, script: string, input = '') {
  const place = volumes[0].split(':').at(-1);
  const [shell, ...flags] = entrypoint;
  const { status, stderr } = spawnSync(shell, [...flags, script.replaceAll(place, folder)], {
    // A first bash whose input is a socket, as it is here, takes itself for one of a remote login.
    env: { PATH: searchPath(), SHLVL: '1' },
    input,
    encoding: 'utf8',
  });
  return { status, stderr };
}
