// Both images, judged by their text: what an engine would only show after half an hour of building.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { lastStage, readDockerfile, ROOT, saidBy } from './dockerfile.ts';

const files = ['Dockerfile.api', 'Dockerfile.worker'].map((name) => ({ name, ...readDockerfile(name) }));
const worker = files[1]!;

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
    const runs = file.stages.flatMap(({ name, instructions }) =>
      instructions.filter(({ keyword }) => keyword === 'RUN').map(({ text }) => ({ name, text })),
    );
    const loose = runs.filter(({ text }) =>
      /\b(curl|wget|git clone|npx|cargo install(?! --locked))\b/.test(bare(text)),
    );
    expect(loose).toEqual([]);
    const fetches = runs.flatMap(({ text }) => [
      ...text.matchAll(/\bfetch "https:\/\/[^"]*(?:"[^"]*"[^"]*)*?" \S+ (\S+) (\S+)/g),
    ]);
    for (const [whole, means, checksum] of fetches) {
      expect(means, whole).toMatch(/^sha(256|512)sum$/);
      expect(checksum, whole).toMatch(/^"\$\{\w+_SHA(256|512)\}"$/);
    }
    expect(file.text).not.toMatch(/^ADD /m);
    expect(file.text).not.toMatch(/# *syntax=/); // A frontend is a download too.
  });

  test('pins each version at the top, once, with a checksum of the right length', () => {
    const versions = [...file.text.matchAll(/^ARG (\w+)_VERSION=(\S+)$/gm)];
    for (const [, name, version] of versions) {
      expect(version).toMatch(/^\d+\.\d+/);
      if (name === 'RUST') continue; // rustup checks it against the manifest of that release.
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

test('both images bring the same pnpm as start.mjs', () => {
  const pinned = /pnpm@([\d.]+)/.exec(readFileSync(join(ROOT, 'start.mjs'), 'utf8'))![1];
  for (const { text } of files) expect(text).toContain(`PNPM_VERSION=${pinned}`);
});

test('the API image has no toolchain: nothing but tini is installed in it', () => {
  expect(
    [...readDockerfile('Dockerfile.api').text.matchAll(/apt-get install [-\w =]*?(\w+)\n/g)].map(
      (match) => match[1],
    ),
  ).toEqual(['tini']);
  expect(lastStage(files[0]!).instructions.filter(({ text }) => text.includes('apt-get'))).toEqual([]);
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

/** Without what runs in a stage through `fetch` and without the definition of that. */
function bare(text: string): string {
  return text.includes('>/usr/local/bin/fetch') ? '' : text.replaceAll(/apt-get install[^&]*/g, '');
}

function closureOf(folder: string, seen = new Set<string>()): Set<string> {
  if (seen.has(folder)) return seen;
  seen.add(folder);
  const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
  const needed = Object.keys(manifest.dependencies ?? {}).filter((name) =>
    name.startsWith('@crafting-table/'),
  );
  for (const name of needed) closureOf(`packages/${name.split('/')[1]}`, seen);
  return seen;
}
