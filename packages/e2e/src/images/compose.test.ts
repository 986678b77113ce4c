// compose.yml, judged by its text, and by `docker compose config` where that is installed: neither needs an engine.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '@crafting-table/contracts/settings';
import { lastStage, readDockerfile, ROOT, saidBy } from './dockerfile.ts';

type Service = {
  init?: boolean;
  profiles?: string[];
  image: string;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  read_only?: boolean;
  mem_limit?: string;
  pids_limit?: number | string;
  cpus?: number | string;
  healthcheck?: object;
  depends_on?: Record<string, { condition: string }>;
  networks?: string[];
  network_mode?: string;
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string>;
  command?: string[];
};
type Compose = {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean; name?: string } | null>;
  volumes: Record<string, object>;
};

const text = readFileSync(join(ROOT, 'compose.yml'), 'utf8');
const compose: Compose = parse(text, { merge: true });
const services = Object.entries(compose.services).map(([name, service]) => ({ name, ...service }));
const byName = (name: string): Service => compose.services[name]!;

describe.each(services)('the service $name', (service) => {
  test('has an init process, and limits for memory, processes and CPU', () => {
    expect(service).toMatchObject({ init: true, cap_drop: ['ALL'] });
    for (const limit of [service.mem_limit, service.pids_limit, service.cpus]) expect(limit).toBeTruthy();
  });

  test('mounts volumes that have a name', () => {
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.replace(/^\$\{\w+:-(\w+)\}/, '$1').split(':');
      expect(Object.keys(compose.volumes)).toContain(source);
    }
  });
});

test('what may not gain rights cannot, and only the worker may, which needs it to change users', () => {
  const loose = services.filter(({ security_opt: options }) => !options?.includes('no-new-privileges:true'));
  expect(loose.map(({ name }) => name)).toEqual(['secrets', 'worker']);
  expect(byName('api').cap_add).toBeUndefined();
  expect(byName('worker').cap_add).not.toContain('SYS_ADMIN');
});

test('roots are read only, but for that of Postgres', () => {
  expect(services.filter((service) => !service.read_only).map(({ name }) => name)).toEqual(['postgres']);
});

test('the stores are reached from inside only', () => {
  expect(compose.networks['stores']).toEqual({ internal: true });
  for (const name of ['postgres', 'redis']) {
    expect(byName(name).networks).toEqual(['stores']);
    expect(byName(name).ports).toBeUndefined();
  }
});

test('the network of the LAN can be named from outside', () => {
  expect(compose.networks['lan']?.name).toMatch(/^\$\{CRAFTING_NETWORK:-/);
});

test('each starts when what it needs is healthy', () => {
  const needs = (name: string) =>
    Object.entries(byName(name).depends_on ?? {}).map(([other, { condition }]) => `${other} ${condition}`);
  expect(needs('postgres')).toEqual(['secrets service_completed_successfully']);
  expect(needs('redis')).toEqual(['secrets service_completed_successfully']);
  expect(needs('api')).toEqual(['postgres service_healthy', 'redis service_healthy']);
  expect(needs('worker')).toEqual(['api service_healthy']);
  for (const name of ['postgres', 'redis']) expect(byName(name).healthcheck).toBeDefined();
  for (const file of ['Dockerfile.api', 'Dockerfile.worker']) {
    const image = readDockerfile(file);
    expect(saidBy(image, lastStage(image), 'HEALTHCHECK')).toHaveLength(1);
  }
});

test('Redis keeps what it has and throws nothing out', () => {
  const command = byName('redis').command!.join(' ');
  expect(command).toContain('--appendonly yes --appendfsync everysec');
  expect(command).toContain('--maxmemory-policy noeviction');
});

test('no password stands in an environment, and every setting there exists', () => {
  const given = services.flatMap(({ environment = {} }) => Object.entries(environment));
  const names = given.map(([name]) => name);
  expect(names.filter((name) => /PASSWORD/.test(name) && !name.endsWith('_FILE'))).toEqual([]);
  expect(names.filter((name) => name.startsWith('CRAFTING_') && !(name in SETTINGS))).toEqual([]);
  const urls = given.filter(([name]) => /^(DATABASE|REDIS)_URL$/.test(name)).map(([, url]) => new URL(url));
  expect(urls.map(({ password }) => password)).toEqual(['', '', '', '']);
});

test('every volume of the worker image is a named one here', () => {
  const worker = readDockerfile('Dockerfile.worker');
  const declared = saidBy(worker, lastStage(worker), 'VOLUME').flatMap((line) => line.split(/\s+/));
  const mounted = byName('worker').volumes!.map((volume) => volume.split(':').at(1));
  for (const place of declared) expect(mounted).toContain(place);
});

test('the mail catcher is for development only', () => {
  expect(services.filter(({ profiles }) => profiles !== undefined).map(({ name }) => name)).toEqual(['mail']);
  expect(byName('mail').profiles).toEqual(['dev']);
});

// Compose is a plugin of the docker command; without one the tests above are all there is.
const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;
if (hasCompose) {
  test('docker compose takes it, alone, with profiles, and with an external network', () => {
    for (const environment of [
      {},
      { COMPOSE_PROFILES: 'dev' },
      { CRAFTING_NETWORK: 'lan', CRAFTING_NETWORK_IS_EXTERNAL: 'true' },
    ]) {
      const { status, stderr } = spawnSync(
        'docker',
        ['compose', '--file', join(ROOT, 'compose.yml'), 'config', '--quiet'],
        {
          env: { ...process.env, ...environment },
          encoding: 'utf8',
        },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
  });
}
