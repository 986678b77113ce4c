import type { Finding } from '@crafting-table/contracts/finding';
import { describe, expect, it } from 'vitest';
import { enclosingScope } from './enclosing-scope.ts';
import { enrichFindings } from './enrich-findings.ts';
import { measureCpuMs } from '../stand-ins/measure-cpu.ts';

const LINT: Finding = {
  kind: 'lint',
  tool: 'ruff',
  rule_id: 'F401',
  severity: 'low',
  level: 'warning',
  message: 'imported but unused',
  path: 'a.py',
  region: { line: 2 },
  source: { artifact: 'log', format: 'ruff' },
  occurrences: 1,
};
const FLAW: Finding = {
  ...LINT,
  kind: 'cve',
  package: { ecosystem: 'PyPI', name: 'Some_Package', installed: '1.0' },
  advisory: { ids: ['GHSA-x', 'CVE-2026-1'] },
};

function enrich(finding: Partial<Finding>, lines: string[] = ['a', '  import os', 'c']) {
  return enrichFindings([{ ...LINT, ...finding }], () => lines)[0]!;
}
const nameOf = (...args: Parameters<typeof enrich>) => enrich(...args).fingerprint;

describe('the name of a finding in code', () => {
  const name = nameOf({});

  it.each([
    ['its line moves', nameOf({ region: { line: 4 } }, ['', '', 'a', '  import os', 'c'])],
    ['its line is indented otherwise', nameOf({}, ['a', '\timport  os', 'c'])],
    [
      'its column, severity and message change',
      nameOf({ region: { line: 2, col: 9 }, severity: 'high', message: 'other' }),
    ],
  ])('stays when %s', (_, other) => expect(other).toBe(name));

  it.each([
    ['rule', nameOf({ rule_id: 'F402' })],
    ['file', nameOf({ path: 'b.py' })],
    ['line of text', nameOf({}, ['a', 'import sys', 'c'])],
    ['tool', nameOf({ tool: 'pylint' })],
  ])('is another one for another %s', (_, other) => expect(other).not.toBe(name));

  it('cannot be forged by moving text from one part into the next', () => {
    expect(nameOf({ tool: 'ruffF', rule_id: '401' })).not.toBe(name);
  });
});

describe('the name of a flaw in a package', () => {
  it('stays when the version, the spelling of the package and the list of its aliases change', () => {
    const other = {
      ...FLAW,
      package: { ...FLAW.package!, name: 'some-package', installed: '2.0' },
      advisory: { ids: ['CVE-2026-1', 'PYSEC-9'] },
    };
    expect(nameOf(other)).toBe(nameOf(FLAW));
  });

  it('is another one in another manifest', () => {
    expect(nameOf({ ...FLAW, package: { ...FLAW.package!, manifest: 'b/uv.lock' } })).not.toBe(nameOf(FLAW));
  });
});

it('equal findings of one file have names by their order in the file, whatever order they come in', () => {
  const lines = ['import os', 'import os'];
  const at = (line: number) => ({ ...LINT, region: { line } });
  const [first, second] = enrichFindings([at(1), at(2)], () => lines);
  const [later, earlier] = enrichFindings([at(2), at(1)], () => lines);
  expect([earlier!.fingerprint, later!.fingerprint]).toEqual([first!.fingerprint, second!.fingerprint]);
  expect(first!.fingerprint).not.toBe(second!.fingerprint);
});

it('fingerprints of tools are trusted only where they are known to mean one finding', () => {
  const native_fingerprints = {
    'primaryLocationLineHash/v1': '39fa2ee980eb94b0:1',
    'matchBasedId/v1': 'requires login',
    other: 'deadbeefdeadbeef',
  };
  expect(enrich({ native_fingerprints }).fingerprints.map(({ algorithm }) => algorithm)).toEqual([
    'code/1',
    'message/1',
    'native:primaryLocationLineHash/v1',
  ]);
});

it('a line that the file does not have gives no context', () => {
  expect(enrich({ region: { line: 99 } })).not.toHaveProperty('snippet');
});

it('the text of a secret stays where it is', () => {
  expect(enrich({ kind: 'secret' })).not.toHaveProperty('snippet');
  expect(enrich({}).snippet).toEqual(['a', '  import os', 'c']);
});

describe('the scope around a line', () => {
  it.each([
    ['Python', ['class Parser:', '    def read(self):', '        x = 1'], 3, 'Parser.read'],
    [
      'TypeScript',
      ['export class Parser {', '  async read(text: string) {', '    return 1;', '  }', '}'],
      3,
      'Parser.read',
    ],
    ['Go', ['func (p *Parser) Read() int {', '\treturn 1', '}'], 2, 'Read'],
    ['C', ['static int read_all(int fd) {', '  return fd;', '}'], 2, 'read_all'],
    [
      'Rust',
      ['impl Parser {', '    pub fn read(&self) -> i32 {', '        1', '    }', '}'],
      3,
      'Parser.read',
    ],
    ['a loop', ['def f():', '    for x in y:', '        g(x)'], 3, 'f'],
    ['nothing', ['x = 1', 'y = 2'], 2, undefined],
  ])('in %s', (_, lines, line, scope) => expect(enclosingScope(lines, line)).toBe(scope));

  it('is found in linear time in hostile lines', () => {
    const took = measureCpuMs(() => {
      for (const seed of ['a ', 'a(', 'export ', '(', '\t', 'x=(', 'a:']) {
        const hostile = Array.from({ length: 400 }, () => ` ${seed.repeat(150)}`);
        enclosingScope([seed.repeat(150), ...hostile, '   x'], 402);
      }
    });
    expect(took).toBeLessThan(2000);
  });
});
