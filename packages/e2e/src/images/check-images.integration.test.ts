// scripts/check-images.sh on a machine without an engine: a docker that only writes down how it is called, and fails.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { searchPath } from '@crafting-table/dev-services/config';
import { temporaryFolder } from '../temporary-folder.ts';
import { ROOT } from './dockerfile.ts';

/** Of a farm that runs on the same host. */
const OF_THE_HOST = {
  COMPOSE_PROJECT_NAME: 'production',
  CRAFTING_SECRETS: '/etc/crafting-table/secrets',
  CRAFTING_SMTP_HOST: 'mail.lan',
  POSTGRES_CONNECTIONS: '50',
};
/** Without which a small host, or one without a registry, could not check anything. */
const KEPT = { POSTGRES_IMAGE: 'registry.lan/postgres:17', CRAFTING_WORKER_CPUS: '1' };

test('the farm of the host was taken down by a check of its images: nothing that is set there reaches the check', async () => {
  await using folder = await temporaryFolder('check-images');
  const calls = join(folder.path, 'calls');
  for (const name of ['docker', 'curl', 'jq']) {
    const script = `#!/bin/sh\necho "$*" >>"${calls}"\nenv >>"${calls}"\nexit 1\n`;
    writeFileSync(join(folder.path, name), script, { mode: 0o755 });
  }
  const { status } = spawnSync('bash', [join(ROOT, 'scripts/check-images.sh')], {
    env: { PATH: `${folder.path}:${searchPath()}`, ...OF_THE_HOST, ...KEPT },
    stdio: 'ignore',
  });
  expect(status).toBe(1);
  const lines = readFileSync(calls, 'utf8').split('\n');
  const called = lines.filter((line) => line.startsWith('compose '));
  expect(called.map((line) => line.split(' ').at(-1))).toEqual(['--quiet', '5']); // config; down at the end.
  for (const line of called)
    expect(line).toMatch(/^compose --env-file \/dev\/null --project-name crafting-check-\d+ /);
  const given = (settings: object) =>
    Object.entries(settings).filter(([name, value]) => lines.includes(`${name}=${value}`));
  expect(given(OF_THE_HOST)).toEqual([]);
  expect(given(KEPT)).toEqual(Object.entries(KEPT));
});
