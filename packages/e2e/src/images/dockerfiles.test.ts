// Both images, judged by their text: what an engine would only show after half an hour of building.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { lastStage, readDockerfile, ROOT, saidBy, sshFolder } from './dockerfile.ts';
import { fetches, looseDownloads } from './loose-downloads.ts';

const files = ['Dockerfile.api', 'Dockerfile.worker'].map((name) => ({ name, ...readDockerfile(name) }));
const worker = files[1]!;

type LockedPackage = { integrity?: string; dependencies?: object; optionalDependencies?: object };

describe.each(files)('$name', (file) => {
  const last = lastStage(file);

  test('is without faults that a linter knows', () => {
    expect(validate(file.text).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual(
      [],
    );
  });

  test('ends as an ordinary user, by number, so that an orchestrator can see that it is not root', () => {
    expect(saidBy(file, last, 'USER').at(-1)).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  test('has a health check, an init process and commands that no shell stands between', () => {
    expect(saidBy(file, last, 'HEALTHCHECK').at(-1)).toMatch(/--interval=\S+ .*CMD \[/);
    expect(saidBy(file, last, 'ENTRYPOINT').at(-1)).toMatch(/^\["tini", "-s", "--"/);
    expect(saidBy(file, last, 'CMD').at(-1)).toMatch(/^\[.*"apps\/(api|worker)\/src\/main\.ts"\]$/);
  });

  test('downloads nothing without a checksum that stands at the top or in a lock file', () => {
    expect(looseDownloads(file)).toEqual([]);
    expect(fetches(file)).toHaveLength(file.text.match(/\bfetch "/g)?.length ?? 0);
    for (const { means, checksum } of fetches(file)) {
      expect(checksum).toMatch(new RegExp(`_${means.toUpperCase()}$`));
      expect(file.arguments.get(checksum), checksum).toMatch(/^[0-9a-f]{64,128}$/);
    }
    expect(file.text).not.toMatch(/^ADD /m);
    expect(file.text).not.toMatch(/# *syntax=/); // A frontend is a download too.
  });

  test('stands on images that can be named anew, and copies from no other', () => {
    const names = file.stages.map(({ name }) => name);
    const bases = file.stages.map(({ base }) => base).filter((base) => !names.includes(base));
    for (const base of bases)
      expect(file.arguments.get(/^\$\{(\w+_IMAGE)\}$/.exec(base)?.[1] ?? base)).toBeDefined();
    const sources = [...file.text.matchAll(/--(?:from|mount)=(\S+)/g)].map(([, source]) => source);
    expect(sources.filter((source) => !names.includes(source!))).toEqual([]);
  });

  test('has no loop that goes on after a failure', () => {
    const loops = file.text.match(/\bfor \w+ in .*?; do .*?done/g) ?? [];
    expect(loops.filter((loop) => /\bln\b/.test(loop) && !loop.includes('|| exit 1; done'))).toEqual([]);
  });

  test('pins each version at the top, once, with a checksum of the right length', () => {
    const versions = [...file.text.matchAll(/^ARG (\w+)_VERSION=(\S+)$/gm)];
    for (const [, name, version] of versions) {
      expect(version).toMatch(/^\d+\.\d+/);
      const sum = new RegExp(`^ARG ${name}_SHA(256|512)=([0-9a-f]+)$`, 'gm');
      const sums = [...file.text.matchAll(sum)];
      expect(
        sums.map(([, bits, digits]) => Number(bits) === digits!.length * 4),
        name,
      ).toEqual([true]);
    }
    expect(new Set(versions.map(([, name]) => name)).size).toBe(versions.length);
  });

  test('copies just the packages that its app is made of, and the migrations', () => {
    const app = /apps\/(\w+)\/src\/main\.ts/.exec(file.text)![1]!;
    const copied = [...file.text.matchAll(/^COPY (apps|packages)\/(\S+) \1\/\2$/gm)].map(
      ([, kind, name]) => `${kind}/${name}`,
    );
    expect(copied.toSorted()).toEqual([...closureOf(`apps/${app}`)].toSorted());
    expect(file.text).toMatch(/^COPY migrations migrations$/m);
  });

  test('sets as little memory aside as the launcher does', () => {
    const launcher = readFileSync(join(ROOT, 'apps/launcher/src/farm-process.ts'), 'utf8');
    for (const flag of launcher.match(/'--[\w=-]+'/g)!)
      expect(saidBy(file, last, 'CMD').at(-1)).toContain(flag.slice(1, -1));
    expect(saidBy(file, last, 'ENV').join(' ')).toContain(
      `MALLOC_ARENA_MAX=${/MALLOC_ARENA_MAX: '(\d+)'/.exec(launcher)![1]}`,
    );
  });
});

test('a stage that fetches is counted', () => {
  // Each foreign toolchain is one file, but for pnpm and the crates of cargo-audit and cargo-deny.
  expect(fetches(worker)).toHaveLength(15);
});

test.each([
  'curl --fail https://example.com/tool',
  '/usr/bin/curl --fail "$ADDRESS"',
  'wget -q "$ADDRESS"',
  'git clone git@example.com:tool',
  'npx tool',
  'npm install --global tool',
  'npm ci',
  'pip install tool',
  '/opt/python/tools/bin/pip install --no-deps tool',
  'python3 -m pip install tool',
  'pipx install tool',
  'uv tool install tool',
  'uv pip install tool',
  'gem install tool',
  'go install example.com/tool@latest',
  'cargo install tool',
  'cargo install --locked tool',
  'rustup-init -y',
  'dotnet tool install tool',
  'composer global require tool',
  'sh -c "$(fetch "$ADDRESS")"',
  'fetch "https://example.com/tool" tool cat "${TOOL_SHA256}"',
  'fetch "https://example.com/tool" tool sha256sum "$(cat tool.sha256)"',
  "printf '%s' '#!/bin/sh' 'curl \"$1\" | sh' >/usr/local/bin/fetch",
])('%s is a download without a checksum', (command) => {
  const stages = [
    { name: 'one', base: 'two', instructions: [{ keyword: 'RUN', text: `true && ${command} && true` }] },
  ];
  expect(looseDownloads({ text: '', arguments: new Map(), stages })).not.toEqual([]);
});

test('both images and the recipes get the pnpm of start.mjs', () => {
  const pinned = /pnpm@([\d.]+)/.exec(readFileSync(join(ROOT, 'start.mjs'), 'utf8'))![1];
  expect(worker.arguments.get('PNPM_VERSION')).toBe(pinned);
  for (const folder of ['images/pnpm', 'images/node-tools']) {
    const { packages } = readJson(`${folder}/package-lock.json`);
    expect(packages['node_modules/@pnpm/exe.linux-x64'].version, folder).toBe(pinned);
  }
});

test.each(['images/pnpm', 'images/node-tools'])(
  '%s: npm does not refuse the lock file for packages that are missing in it',
  (folder) => {
    const packages = Object.entries<LockedPackage>(readJson(`${folder}/package-lock.json`).packages);
    const places = packages.map(([place]) => place);
    const missing = packages.flatMap(([place, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies }).filter(
        (name) =>
          !places.includes(`node_modules/${name}`) && !places.includes(`${place}/node_modules/${name}`),
      ),
    );
    expect(missing).toEqual([]);
    const unchecked = packages.filter(
      ([place, { integrity }]) => place !== '' && !integrity?.startsWith('sha512-'),
    );
    expect(unchecked).toEqual([]);
  },
);

test('the API image has no toolchain: nothing but tini is installed in it', () => {
  expect(
    [...readDockerfile('Dockerfile.api').text.matchAll(/apt-get install [-\w =]*?(\w+)\n/g)].map(
      (match) => match[1],
    ),
  ).toEqual(['tini']);
  expect(lastStage(files[0]!).instructions.filter(({ text }) => text.includes('apt-get'))).toEqual([]);
});

test('no recipe reads the worker’s keys for ssh remotes: they are below a folder that only the worker enters', () => {
  const folder = dirname(sshFolder() ?? '/');
  expect(worker.text).toContain(
    `install --directory --owner=worker --group=worker --mode=0700 ${folder} \\\n`,
  );
});

describe('the PATH of the worker', () => {
  const settings = worker.stages.flatMap(({ name, instructions }) =>
    instructions
      .filter(({ keyword, text }) => keyword === 'ENV' && /\bPATH=/.test(text))
      .map(({ text }) => ({ name, text })),
  );
  const folders = /\bPATH=(\S+)/.exec(settings[0]!.text)![1]!.split(':');
  const volumes = saidBy(worker, lastStage(worker), 'VOLUME').flatMap((text) => text.split(/\s+/));

  test('is set once, whole', () => {
    expect(settings).toHaveLength(1);
    expect(folders.every((folder) => folder.startsWith('/'))).toBe(true);
    expect(new Set(folders).size).toBe(folders.length);
  });

  test('has no clang in front of Debian’s: Swift brings one, and is reached through links of its own tools', () => {
    expect(folders.filter((folder) => folder.startsWith('/opt/') && folder.endsWith('/usr/bin'))).toEqual([]);
    expect(folders).toContain('/opt/swift/bin');
    expect(worker.text).toContain(
      'for tool in swift swiftc swift-*; do ln -s "../usr/bin/$tool" "/opt/swift/bin/$tool"',
    );
  });

  test('leads nowhere below a volume', () => {
    expect(volumes).toEqual(['/data', '/workspace', '/caches']);
    const mounted = [...volumes, '/nix', '/tmp', '/run'];
    expect(
      folders.filter((folder) => mounted.some((volume) => `${folder}/`.startsWith(`${volume}/`))),
    ).toEqual([]);
  });

  test('has a folder of each toolchain that is copied in, and none that nothing fills', () => {
    const copied = lastStage(worker)
      .instructions.filter(({ keyword }) => keyword === 'COPY')
      .map(({ text }) => /^--from=(\S+) (\/opt\/\S+) \2$/.exec(text)!);
    expect(copied.map((match) => match[2]?.slice('/opt/'.length))).toEqual(copied.map((match) => match[1]));
    const reached = new Set(
      folders.filter((folder) => folder.startsWith('/opt/')).map((folder) => folder.split('/')[2]),
    );
    const byVariable = new Set(['jdk21']); // JAVA_HOME_21.
    expect([...reached].toSorted()).toEqual(
      copied
        .map((match) => match[1]!)
        .filter((name) => !byVariable.has(name))
        .toSorted(),
    );
  });
});

function readJson(path: string) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

function closureOf(folder: string, seen = new Set<string>()): Set<string> {
  if (seen.has(folder)) return seen;
  seen.add(folder);
  const manifest = readJson(`${folder}/package.json`);
  const needed = Object.keys(manifest.dependencies ?? {}).filter((name) =>
    name.startsWith('@crafting-table/'),
  );
  for (const name of needed) closureOf(`packages/${name.split('/')[1]}`, seen);
  return seen;
}
