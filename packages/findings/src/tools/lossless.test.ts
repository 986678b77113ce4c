// What a format has and our record has no field for is kept in `extra`, under the format's own names.
import type { Finding } from '@crafting-table/contracts/finding';
import { describe, expect, it } from 'vitest';
import { EXTRA_BYTES_MAX } from '../core/limits.ts';
import { parseReportFile } from '../parse-report-file.ts';

function read(text: string): Finding {
  const context = { subproject: '', workspaceRoot: '/w', knownFile: () => true };
  const parsed = parseReportFile({ path: 'report', bytes: Buffer.from(text) }, context);
  const [finding] = parsed?.findings ?? [];
  if (finding === undefined) throw new Error('nothing was found');
  return finding;
}

const sarif = (result: object) =>
  JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [result] }] });

describe('nothing is lost of', () => {
  it('a SARIF result', () => {
    const others = { rank: 7.5, guid: 'g', hostedViewerUri: 'https://x.example/1', provenance: { a: [1] } };
    const properties = { tags: ['security'], 'security-severity': '9.1', owner: 'ann' };
    const { extra, severity } = read(sarif({ message: { text: 'm' }, ruleId: 'R', properties, ...others }));
    expect(severity).toBe('critical');
    expect(extra).toEqual({ ...others, properties: { owner: 'ann' } });
  });

  it('a JUnit test case', () => {
    const { extra, test } = read(
      `<testsuite name="s"><testcase name="t" classname="C" time="1" assertions="3" owner="ann">
        <properties><property name="ticket" value="42"/></properties>
        <failure message="m" type="T">at a.c</failure></testcase></testsuite>`,
    );
    expect(test).toMatchObject({ suite: 'C', name: 't', duration_ms: 1000 });
    expect(extra).toEqual({ type: 'T', assertions: '3', owner: 'ann', properties: { ticket: '42' } });
  });

  it('an OSV record', () => {
    const others = {
      schema_version: '1.7.0',
      modified: '2026-01-01T00:00:00Z',
      related: ['CVE-2'],
      new: [1],
    };
    const affected = [{ package: { ecosystem: 'npm', name: 'a' } }];
    const specific = { severity: 'HIGH', github_reviewed: true };
    const { extra, advisory } = read(
      JSON.stringify({ id: 'GHSA-1', aliases: ['CVE-1'], affected, database_specific: specific, ...others }),
    );
    expect(advisory?.ids).toEqual(['CVE-1', 'GHSA-1']);
    expect(extra).toEqual({ ...others, database_specific: { github_reviewed: true } });
  });

  it("a compiler's diagnostic", () => {
    const span = (line: number, isPrimary: boolean, label: string) => ({
      file_name: 'src/a.rs',
      line_start: line,
      column_start: 1,
      is_primary: isPrimary,
      label,
    });
    const message = {
      message: 'mismatched types',
      level: 'error',
      code: { code: 'E0308' },
      spans: [span(2, false, 'expected because of this'), span(5, true, 'here')],
      children: [],
      new_field: { a: 1 },
    };
    const line = JSON.stringify({ reason: 'compiler-message', package_id: 'p', message });
    const { extra, region, related } = read(`${line}\n`);
    expect(region).toMatchObject({ line: 5 });
    expect(related).toMatchObject([{ region: { line: 2 }, message: 'expected because of this' }]);
    expect(extra).toEqual({ new_field: { a: 1 }, package_id: 'p' });
  });
});

it('what is too long for it is left out and said to be, and what comes after it is kept', () => {
  const { extra } = read(
    sarif({ message: { text: 'm' }, attachments: ['x'.repeat(EXTRA_BYTES_MAX)], rank: 1 }),
  );
  expect(extra).toEqual({ rank: 1, truncated: true });
});

it('a field with the name of a prototype is a field', () => {
  const { extra } = read(
    sarif({ message: { text: 'm' } }).replace('"message"', '"__proto__":{"a":1},"message"'),
  );
  expect(Object.entries(extra ?? {})).toEqual([['__proto__', { a: 1 }]]);
  expect({}).not.toHaveProperty('a');
});
