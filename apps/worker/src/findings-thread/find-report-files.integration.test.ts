import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findReportFiles } from './find-report-files.ts';

test('reports are found by name below the subproject, wherever no other code lies', () => {
  using tree = makeTree({
    'app/report.xml': 'a',
    'app/build/TEST-a.xml': 'b',
    'app/out/scan.sarif': 'c',
    'app/main.c': 'no',
    'app/node_modules/x/junit.xml': 'no',
    'app/vendor/junit.xml': 'no',
    'junit.xml': 'no',
  });
  expect(tree.find('app')).toEqual(['app/build/TEST-a.xml', 'app/out/scan.sarif', 'app/report.xml']);
});

test('what was there before the attempt is no report of it', () => {
  using tree = makeTree({ 'junit.xml': 'old' });
  utimesSync(join(tree.path, 'junit.xml'), 1, 1);
  expect(tree.find('.')).toEqual([]);
});

test('no link is followed, neither to a file nor to a folder nor in place of the subproject', () => {
  using outside = makeTree({ 'junit.xml': 'secret', 'deep/junit.xml': 'secret' });
  using tree = makeTree({ 'app/own-junit.xml': 'ok' });
  symlinkSync(join(outside.path, 'junit.xml'), join(tree.path, 'app/junit.xml'));
  symlinkSync(outside.path, join(tree.path, 'app/linked'));
  symlinkSync(outside.path, join(tree.path, 'elsewhere'));
  expect(tree.find('app')).toEqual(['app/own-junit.xml']);
  expect(tree.find('elsewhere')).toEqual([]);
  expect(tree.find('missing')).toEqual([]);
});

test('a file that is too large, too deep or one too many is left out', () => {
  using tree = makeTree({ 'large/junit.xml': '', [`${'d/'.repeat(12)}junit.xml`]: 'deep' });
  truncateSync(join(tree.path, 'large/junit.xml'), 64 * 1024 ** 2 + 1);
  expect(tree.find('.')).toEqual([]);
  for (let number = 0; number < 210; number++) tree.write(`many/${number}-junit.xml`, 'x');
  expect(tree.find('.')).toHaveLength(200);
});

test('a folder that the recipe closed to us is passed over', () => {
  using tree = makeTree({ 'closed/junit.xml': 'x', 'junit.xml': 'y' });
  chmodSync(join(tree.path, 'closed'), 0);
  expect(tree.find('.')).toContain('junit.xml');
  chmodSync(join(tree.path, 'closed'), 0o755);
});

function makeTree(files: Record<string, string>) {
  const path = mkdtempSync(join(tmpdir(), 'crafting-reports-'));
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return {
    path,
    write,
    /** Paths of the reports that were written since long ago, but after 1970. */
    find: (subproject: string) =>
      findReportFiles({ tree: path, subproject, startedAtMs: 60_000 })
        .map((file) => file.path)
        .toSorted(),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
