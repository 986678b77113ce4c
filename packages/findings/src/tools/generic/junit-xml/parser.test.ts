import { describe, expect, it } from 'vitest';
import { parseReportFile } from '../../../parse-report-file.ts';

const files = new Set(['tests/test_a.py', 'web/a.test.ts']);

function parse(xml: string) {
  const context = {
    subproject: '',
    workspaceRoot: '/workspace',
    knownFile: (path: string) => files.has(path),
  };
  const result = parseReportFile({ path: 'report.xml', bytes: Buffer.from(xml) }, context)!;
  return { ...result, toolRun: result.toolRuns[0]! };
}

const failing = (name: string) =>
  `<testcase classname="C" name="${name}"><failure message="bad"/></testcase>`;

describe('a JUnit report', () => {
  it('is read through nested suites', () => {
    const { findings, toolRun } = parse(
      `<testsuites><testsuite name="a"><testsuite name="b">${failing('x')}</testsuite>${failing('y')}</testsuite></testsuites>`,
    );
    expect(findings.map((finding) => finding.test?.name)).toEqual(['x', 'y']);
    expect(toolRun).toMatchObject({ completeness: 'complete', parsed: { tests: 2, failures: 2 } });
  });

  it('of passed tests is complete with no findings', () => {
    const { findings, toolRun } = parse('<testsuite tests="1"><testcase name="x"/></testsuite>');
    expect(findings).toEqual([]);
    expect(toolRun).toMatchObject({ completeness: 'complete', claimed: { tests: 1 }, parsed: { tests: 1 } });
  });

  it.each([
    ['<testsuite tests="3"><testcase name="x"/></testsuite>', 'claims 3 tests, holds 1'],
    [
      '<testsuite failures="1" errors="1"><testcase name="x"/></testsuite>',
      'claims 2 failures and errors, holds 0',
    ],
    [
      '<testsuites><testsuite tests="2"/><testsuite tests="0">' +
        failing('x') +
        failing('y') +
        '</testsuite></testsuites>',
      'claims 2 tests, holds 0',
    ],
  ])('that lost something is partial: %#', (xml, note) => {
    expect(parse(xml).toolRun).toMatchObject({ completeness: 'partial', note });
  });

  it('that is cut off is partial, with every test case that was closed', () => {
    const { findings, toolRun } = parse(
      `<testsuite tests="2">${failing('x')}<testcase name="y"><failure mess`,
    );
    expect(findings.map((finding) => finding.test?.name)).toEqual(['x']);
    expect(toolRun.completeness).toBe('partial');
  });

  it.each(['<testsuite', '<testsuite>', '<testsuites><testsuite name="a"><testcase name="x">'])(
    'that is cut off before its first test case has failed: %j',
    (xml) => {
      const { toolRun } = parse(`${xml} `);
      expect(toolRun.completeness).toBe('failed');
    },
  );

  it('may be several documents in one file', () => {
    const one = `<?xml version="1.0"?><testsuite tests="1">${failing('x')}</testsuite>`;
    const { findings, toolRun } = parse(`${one}\n${one.replace('"x"', '"y"')}`);
    expect(findings).toHaveLength(2);
    expect(toolRun).toMatchObject({ completeness: 'complete', claimed: { tests: 2 } });
  });

  it('with a document type of its own is refused', () => {
    const { findings, toolRun } = parse(
      `<!DOCTYPE t [<!ENTITY e "x">]><testsuite>${failing('&e;')}</testsuite>`,
    );
    expect(findings).toEqual([]);
    expect(toolRun).toMatchObject({
      completeness: 'failed',
      note: 'refused: a DOCTYPE with an internal subset',
    });
  });

  it('keeps every try of a test that was run again', () => {
    const { findings } = parse(
      `<testsuite><testcase name="x"><failure message="one"/><rerunFailure message="two"><stackTrace>t</stackTrace></rerunFailure></testcase>
       <testcase name="y"><flakyError message="three" type="E"/><system-out>out</system-out></testcase></testsuite>`,
    );
    expect(findings.map(({ kind, severity, test }) => [kind, severity, test?.outcome])).toEqual([
      ['test_failure', 'high', 'failed'],
      ['test_failure', 'medium', 'flaky'],
    ]);
    expect(findings[0]!.test?.tries?.map((one) => one.message)).toEqual(['one', 'two']);
    expect(findings[1]!.test?.tries).toEqual([{ outcome: 'errored', message: 'three', type: 'E' }]);
  });

  it('tells an error from a failure, and both together are a failure', () => {
    const { findings } = parse(
      '<testsuite><testcase name="x"><error/></testcase><testcase name="y"><failure/><error/></testcase></testsuite>',
    );
    expect(findings.map((finding) => finding.kind)).toEqual(['test_error', 'test_failure']);
  });

  it.each([
    ['1.5', 1500],
    ['1,234.5', 1_234_500],
    ['0,25', 250],
    ['-1', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('with the time %j lasted %s ms', (time, expected) => {
    const { findings } = parse(
      `<testsuite><testcase name="x" time="${time}"><failure/></testcase></testsuite>`,
    );
    expect(findings[0]!.test?.duration_ms).toBe(expected);
  });

  it('counts lines from 0 for pytest only', () => {
    const suite = (name: string) =>
      `<testsuite name="${name}"><testcase name="x" file="tests/test_a.py" line="4"><failure/></testcase></testsuite>`;
    expect(parse(suite('pytest')).findings[0]!.region).toEqual({ line: 5 });
    expect(parse(suite('other')).findings[0]!.region).toEqual({ line: 4 });
  });

  it.each([
    ['tests.test_a.TestInside', 'tests/test_a.py:7: AssertionError', 'tests/test_a.py', 7],
    ['tests.test_a', 'other.py:7: AssertionError', 'tests/test_a.py', undefined],
    ['some suite', 'at f (/workspace/web/a.test.ts:3:9)', 'web/a.test.ts', 3],
    ['some suite', 'at f (/usr/lib/x.js:3:9)', undefined, undefined],
  ])('finds the place of %s in %j', (classname, trace, path, line) => {
    const xml = `<testsuite><testcase classname="${classname}" name="x"><failure>${trace}</failure></testcase></testsuite>`;
    const [finding] = parse(xml).findings;
    expect([finding!.path, finding!.region?.line]).toEqual([path, line]);
  });

  it('keeps the output of failing tests only', () => {
    const { findings } = parse(
      '<testsuite><testcase name="x"><failure/><system-out>mine</system-out></testcase><system-out>of all</system-out></testsuite>',
    );
    expect(findings[0]!.detail).toContain('mine');
    expect(findings[0]!.detail).not.toContain('of all');
  });
});
