import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const drawing = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');

type Unit = { name: string; folder: string; mayImport: string[] };

const ours = new Set([
  'contracts',
  'findings',
  'runner',
  'forges',
  'database',
  'queues',
  'farm',
  'client',
  'dev-services',
  'e2e',
]);
const units = [...drawing.matchAll(/^\| `([a-z0-9-]+)` \| [^|]+ \| ([^|]+) \|$/gm)].map((row): Unit => {
  const name = row[1]!;
  const folder = ours.has(name) ? `packages/${name}` : `apps/${name}`;
  return { name, folder, mayImport: row[2]!.split(',').map((each) => each.trim()) };
});

function qualified(name: string): string {
  return ours.has(name) ? `@crafting-table/${name}` : name;
}

function sourcesOf(unit: Unit): string[] {
  return globSync(`${unit.folder}/src/**/*.ts`, { cwd: ROOT }).filter(
    (file) => !file.endsWith('.test.ts') && !/\/(fixtures|samples|stand-ins)\//.test(file),
  );
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)\s[^;]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...statements].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

describe('the drawing in ARCHITECTURE.md', () => {
  test('names every package and app there is', () => {
    const folders = globSync('{apps,packages}/*/package.json', { cwd: ROOT }).map((file) => dirname(file));
    expect(units.map((unit) => unit.folder).toSorted()).toEqual(folders.toSorted());
  });

  test.each(units)('says of $folder what its package.json says', ({ folder, mayImport }) => {
    const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    expect(Object.keys(manifest.dependencies ?? {}).toSorted()).toEqual(mayImport.map(qualified).toSorted());
  });

  test.each(units)('says of $folder what its source imports', (unit) => {
    const allowed = new Set(unit.mayImport.map(qualified));
    if (unit.name === 'e2e') allowed.add('vitest'); // All of it is tests.
    const strangers = sourcesOf(unit).flatMap((file) =>
      importsOf(file)
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        )
        .filter((name) => !allowed.has(name))
        .map((name) => `${file} imports ${name}`),
    );
    expect(strangers).toEqual([]);
  });

  test('points only at files that exist', () => {
    const files = [...drawing.matchAll(/`((?:apps|packages|docs)\/[\w./-]+\.(?:ts|md))`/g)].map(
      (match) => match[1]!,
    );
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

describe('the borders', () => {
  const sources = units.flatMap(sourcesOf);
  const readersOf = (pattern: RegExp) =>
    sources.filter((file) => pattern.test(readFileSync(join(ROOT, file), 'utf8')));

  test('only a config.ts reads process.env', () => {
    expect(readersOf(/process\.env\b/).filter((file) => basename(file) !== 'config.ts')).toEqual([]);
  });

  test.each([
    ['kysely', ['database']],
    ['bullmq', ['queues']],
    ['ioredis', ['queues']],
    ['execa', ['runner']],
    ['isomorphic-git', ['forges']],
  ])('only its own package imports %s', (library, owners) => {
    const importers = sources.filter((file) =>
      importsOf(file).some((name) => name.split('/')[0] === library),
    );
    const packages = [...new Set(importers.map((file) => file.split('/')[1]!))];
    expect(packages).toEqual(owners);
  });
});
