// compose.yml, judged by its text, and by `docker compose config` where that is installed: neither needs an engine.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { SETTINGS } from '@crafting-table/contracts/settings';
import { lastStage, readDockerfile, ROOT, saidBy, sshFolder } from './dockerfile.ts';

type Service = {
  init?: boolean;
  profiles?: string[];
  image: string;
  platform?: string;
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
  /** Null where a variable is passed on when it is set. */
  environment?: Record<string, string | null>;
  command?: string[];
};
type Compose = {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean; name?: string } | null>;
  volumes: Record<string, object>;
};

const text = readFileSync(join(ROOT, 'compose.yml'), 'utf8');
const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
const compose: Compose = parse(text, { merge: true });
// Compose is a plugin of the docker command; without one the text is all there is to judge.
const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;
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

test('the stores are stopped by signals and not by a kill: their init is root, they are not', () => {
  for (const name of ['postgres', 'redis']) {
    const { init, cap_add: rights } = byName(name);
    expect({ init, rights }).toEqual({
      init: true,
      rights: expect.arrayContaining(['KILL', 'SETGID', 'SETUID']),
    });
  }
});

test('the worker is of the one architecture that its toolchains are of', () => {
  expect(byName('worker').platform).toBe('linux/amd64');
  const { text } = readDockerfile('Dockerfile.worker');
  expect(text).toContain('linux-amd64');
  expect(text).not.toContain('linux-arm64');
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

describe('the override of docs/deploy.md that publishes the stores', () => {
  const [, block = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? [];
  const override: Compose = parse(block);

  test('published ports that nobody reached: each store is on a network that is not internal, too', () => {
    expect(Object.keys(override.services)).toEqual(['postgres', 'redis']);
    for (const { networks = [], ports = [] } of Object.values(override.services)) {
      expect(networks.map((name) => override.networks[name])).toEqual([{}]);
      expect(ports).toEqual([expect.stringMatching(/^192\.168(\.\d+){2}:\d+:\d+$/)]);
    }
  });

  if (hasCompose) {
    test('is taken by docker compose, which keeps the network that the farm needs', () => {
      const { services, networks } = configured({ override });
      for (const name of ['postgres', 'redis']) {
        expect(Object.keys(services[name].networks)).toEqual(['stores', 'worker-hosts']);
        expect(services[name].ports).toHaveLength(1);
      }
      expect(networks['worker-hosts'].internal ?? false).toBe(false);
    });
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
  const urls = given.filter(([name]) => /^(DATABASE|REDIS)_URL$/.test(name)).map(([, url]) => new URL(url!));
  expect(urls.map(({ password }) => password)).toEqual(['', '', '', '']);
});

/** Settings that `.env` does not reach, and why. */
const FIXED: Record<'api' | 'worker', Record<string, string>> = {
  api: {
    DATABASE_URL: 'the Postgres beside it',
    CRAFTING_DATABASE_PASSWORD_FILE: 'the volume of secrets',
    REDIS_URL: 'the Redis beside it',
    CRAFTING_REDIS_PASSWORD_FILE: 'the volume of secrets',
    CRAFTING_DATA_DIR: 'the volume; the image says so',
    CRAFTING_HOST: 'of the container; CRAFTING_BIND is what the host listens on',
    CRAFTING_PORT: 'of the container; the variable says which port of the host leads to it',
    CRAFTING_DEMO_REMOTE: 'between the launcher and its API',
  },
  worker: {
    DATABASE_URL: 'the Postgres beside it',
    CRAFTING_DATABASE_PASSWORD_FILE: 'the volume of secrets',
    REDIS_URL: 'the Redis beside it',
    CRAFTING_REDIS_PASSWORD_FILE: 'the volume of secrets',
    CRAFTING_DATA_DIR: 'the volume; the image says so',
    CRAFTING_WORKSPACE_DIR: 'the volume; the image says so',
    CRAFTING_CACHE_DIR: 'the volume; the image says so',
    CRAFTING_RECIPE_USER: 'a user of the image, which says so',
    CRAFTING_ALIVE_FILE: 'what the health check of the image looks at',
    CRAFTING_WORKER_NAME: 'each of several workers has a name of its own',
    CRAFTING_SMTP_PASS: 'no password in an environment: CRAFTING_SMTP_PASS_FILE',
  },
};

test.each(['api', 'worker'] as const)(
  'limits in .env did not reach the %s: every setting that it reads is passed on, or fixed for a reason',
  (role) => {
    const read = Object.entries(SETTINGS).filter(([, { readBy }]) => readBy.some((app) => app === role));
    const given = byName(role).environment!;
    const passed = Object.keys(given).filter((name) => given[name] === null || given[name]!.includes('${'));
    expect([...passed, ...Object.keys(FIXED[role])].toSorted()).toEqual(
      read.map(([name]) => name).toSorted(),
    );
  },
);

test('a setting in .env did nothing and no page said so: docs/deploy.md names each that is not passed on', () => {
  const [, names = ''] = /but these, which are not passed on: (.*?)\n\n/s.exec(page) ?? [];
  const named = [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!);
  const notPassed = [...Object.keys(FIXED.api), ...Object.keys(FIXED.worker), 'CRAFTING_WORKERS'];
  expect(named.toSorted()).toEqual([...new Set(notPassed)].toSorted());
});

test('a setting that is not set is left to the program: only the drain is another one here', () => {
  const ownDefaults = ['api', 'worker'].flatMap((role) =>
    Object.entries(byName(role).environment!).filter(
      ([name, value]) => value?.includes('${') && name in SETTINGS,
    ),
  );
  // The engine kills what has not stopped within CRAFTING_STOP_GRACE.
  expect(ownDefaults).toEqual([['CRAFTING_DRAIN_SECS', '${CRAFTING_DRAIN_SECS:-60}']]);
});

test('every volume of the worker image is a named one here', () => {
  const worker = readDockerfile('Dockerfile.worker');
  const declared = saidBy(worker, lastStage(worker), 'VOLUME').flatMap((line) => line.split(/\s+/));
  const mounted = byName('worker').volumes!.map((volume) => volume.split(':').at(1));
  for (const place of declared) expect(mounted).toContain(place);
});

test('ssh remotes had no key and no known hosts: a folder of the host can be where the worker looks for them', () => {
  const keys = services.filter(({ volumes = [] }) => volumes.some((volume) => volume.includes('/ssh')));
  expect(keys.map(({ name }) => name)).toEqual(['worker']);
  expect(byName('worker').volumes).toContain(`\${CRAFTING_SSH:-ssh}:${sshFolder()}:ro`);
});

test('the mail catcher is for development only', () => {
  expect(services.filter(({ profiles }) => profiles !== undefined).map(({ name }) => name)).toEqual(['mail']);
  expect(byName('mail').profiles).toEqual(['dev']);
});

if (hasCompose) {
  describe('docker compose', () => {
    test.each<Record<string, string>>([
      {},
      { COMPOSE_PROFILES: 'dev' },
      { CRAFTING_NETWORK: 'lan', CRAFTING_NETWORK_IS_EXTERNAL: 'true' },
    ])('takes it with %j', (environment) => {
      const { status, stderr } = config(['--quiet'], environment);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    });

    test('passes on what is set, and only that', () => {
      const { environment } = configured({ environment: { CRAFTING_LOG_KEEP_TOTAL_BYTES: '5' } }).services
        .api;
      expect(environment).toMatchObject({ CRAFTING_LOG_KEEP_TOTAL_BYTES: '5' });
      expect(environment.CRAFTING_LOG_KEEP_DAYS ?? null).toBeNull();
    });
  });
}

type Given = { override?: Compose; environment?: Record<string, string> };

/** What compose makes of it all. */
function configured({ override, environment = {} }: Given) {
  const files = override ? ['--file', '-'] : [];
  const { status, stdout, stderr } = config(['--format', 'json'], environment, files, stringify(override));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** What is set here, or stands in a file .env, is about a farm of this machine. */
function config(flags: string[], environment: Record<string, string>, files: string[] = [], input?: string) {
  const ownEnvironment = Object.entries(process.env).filter(
    ([name]) => !/^(COMPOSE|CRAFTING|POSTGRES|REDIS)_/.test(name),
  );
  const allFiles = ['--env-file', '/dev/null', '--file', join(ROOT, 'compose.yml'), ...files];
  return spawnSync('docker', ['compose', ...allFiles, 'config', ...flags], {
    env: { ...Object.fromEntries(ownEnvironment), ...environment },
    input,
    encoding: 'utf8',
  });
}
