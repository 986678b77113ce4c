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
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findReportFiles } from './find-report-files.ts';

const JUNIT = '<testsuite tests="0"/>';

test('reports are found by name below the subproject, wherever no other code lies', () => {
  using tree = makeTree({
    'app/report.xml': JUNIT,
    'app/build/TEST-a.xml': JUNIT,
    'app/out/scan.sarif': '{"version": "2.1.0", "runs": []}',
    'app/main.c': JUNIT,
    'app/node_modules/x/junit.xml': JUNIT,
    'app/vendor/junit.xml': JUNIT,
    'junit.xml': JUNIT,
  });
  expect(tree.find('app')).toEqual(['app/build/TEST-a.xml', 'app/out/scan.sarif', 'app/report.xml']);
});

test('every format has names of its own, and what is in a file decides', () => {
  using tree = makeTree({
    'eslint-results.json': '[{"filePath": "/a.js", "messages": [], "errorCount": 0, "warningCount": 0}]',
    'gl-code-quality-report.json': 'not what the name says',
    'build/test.trx': '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"/>',
    'out.tap': 'TAP version 13\n1..1\nok 1\n',
    'package.json': '{"name": "no report"}',
  });
  expect(tree.find('.')).toEqual(['build/test.trx', 'eslint-results.json', 'out.tap']);
});

test('whatever a tool was asked to write beside its output is a report, whatever its name', () => {
  using tree = makeTree({ 'app/junit.xml': JUNIT });
  using reports = makeTree({ 'pytest-1': JUNIT, 'a note': 'no report' });
  symlinkSync(join(tree.path, 'app/junit.xml'), join(reports.path, 'linked.xml'));
  expect(tree.find('app', reports.path)).toEqual([`../${basename(reports.path)}/pytest-1`, 'app/junit.xml']);
});

test('what was there before the attempt is no report of it', () => {
  using tree = makeTree({ 'junit.xml': JUNIT });
  utimesSync(join(tree.path, 'junit.xml'), 1, 1);
  expect(tree.find('.')).toEqual([]);
});

test('no link is followed, neither to a file nor to a folder nor in place of the subproject', () => {
  using outside = makeTree({ 'junit.xml': JUNIT, 'deep/junit.xml': JUNIT });
  using tree = makeTree({ 'app/own-junit.xml': JUNIT });
  symlinkSync(join(outside.path, 'junit.xml'), join(tree.path, 'app/junit.xml'));
  symlinkSync(outside.path, join(tree.path, 'app/linked'));
  symlinkSync(outside.path, join(tree.path, 'elsewhere'));
  expect(tree.find('app')).toEqual(['app/own-junit.xml']);
  expect(tree.find('elsewhere')).toEqual([]);
  expect(tree.find('missing')).toEqual([]);
});

test('a file that is too large, too deep or one too many is left out', () => {
  using tree = makeTree({ 'large/junit.xml': '', [`${'d/'.repeat(12)}junit.xml`]: JUNIT });
  truncateSync(join(tree.path, 'large/junit.xml'), 64 * 1024 ** 2 + 1);
  expect(tree.find('.')).toEqual([]);
  for (let number = 0; number < 210; number++) tree.write(`many/${number}-junit.xml`, JUNIT);
  expect(tree.find('.')).toHaveLength(200);
});

test('a folder that the recipe closed to us is passed over', () => {
  using tree = makeTree({ 'closed/junit.xml': JUNIT, 'junit.xml': JUNIT });
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
    find: (subproject: string, reports = join(path, 'missing')) =>
      findReportFiles({ tree: path, subproject, reports, startedAtMs: 60_000 })
        .map((file) => file.path)
        .toSorted(),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
