import { describe, expect, it } from 'vitest';
import { parseReportFile } from '../../../parse-report-file.ts';

type Json = Record<string, unknown>;

const files = new Set(['src/a b.ts', 'sub/src/a.ts']);

function parseBytes(bytes: Uint8Array) {
  const context = {
    subproject: 'sub',
    workspaceRoot: '/workspace',
    knownFile: (path: string) => files.has(path),
  };
  return parseReportFile({ path: 'out.sarif', bytes }, context);
}

function parse(run: Json) {
  const document = {
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'Lint', version: '1.2' } }, ...run }],
  };
  const result = parseBytes(Buffer.from(JSON.stringify(document)))!;
  return { ...result, finding: result.findings[0]!, toolRun: result.toolRuns[0]! };
}

const message = { text: 'bad' };
const at = (artifactLocation: Json, region: Json = { startLine: 3, startColumn: 2 }) => ({
  results: [{ message, locations: [{ physicalLocation: { artifactLocation, region } }] }],
});
const toolWith = (rules: Json[], extensions: Json[] = []) => ({
  driver: { name: 'Lint', rules },
  extensions,
});

describe('a SARIF file', () => {
  it('names its tool in lower case, with the version', () => {
    expect(parse({ results: [] }).toolRun).toMatchObject({
      tool: 'lint',
      version: '1.2',
      completeness: 'complete',
    });
  });

  it('without a list of results proves nothing', () => {
    expect(parse({}).toolRun.completeness).toBe('unknown');
  });

  it.each([
    ['by id', { ruleId: 'R1' }],
    ['by index', { ruleIndex: 1 }],
    ['by reference', { rule: { index: 1 } }],
    ['by id of a parent', { ruleId: 'R1/sub' }],
  ])('finds the rule %s', (_, reference) => {
    const rules = [
      { id: 'R0' },
      { id: 'R1', name: 'TheRule', helpUri: 'https://x/', defaultConfiguration: { level: 'error' } },
    ];
    const { finding } = parse({ tool: toolWith(rules), results: [{ message, ...reference }] });
    expect(finding).toMatchObject({
      rule_name: 'TheRule',
      rule_url: 'https://x/',
      level: 'error',
      severity: 'medium',
    });
    expect(finding.rule_id).toMatch(/^R1/);
  });

  it('finds the rule of an extension', () => {
    const tool = toolWith([{ id: 'R0' }], [{ name: 'plugin', rules: [{ id: 'P0', name: 'Mine' }] }]);
    const { finding } = parse({
      tool,
      results: [{ message, rule: { index: 0, toolComponent: { index: 0 } } }],
    });
    expect(finding).toMatchObject({ rule_id: 'P0', rule_name: 'Mine' });
  });

  it('takes the level of the result before that of the rule, and warning when nobody states one', () => {
    const tool = toolWith([{ id: 'R', defaultConfiguration: { level: 'note' } }]);
    const results = [
      { message, ruleId: 'R', level: 'error' },
      { message: { text: 'b' }, ruleId: 'R' },
      { message },
    ];
    expect(parse({ tool, results }).findings.map((finding) => finding.level)).toEqual([
      'error',
      'note',
      'warning',
    ]);
  });

  it.each([
    ['9.8', 'critical'],
    [7, 'high'],
    ['4.0', 'medium'],
    ['0.1', 'low'],
    ['High', 'high'],
    ['strange', 'unknown'],
  ])('reads the security severity %j as %s', (stated, severity) => {
    const tool = toolWith([
      { id: 'R', properties: { 'security-severity': stated, tags: ['external/cwe/cwe-079'] } },
    ]);
    const { finding } = parse({ tool, results: [{ message, ruleId: 'R' }] });
    expect(finding).toMatchObject({ severity, raw_severity: String(stated), kind: 'sast', cwe: ['CWE-79'] });
  });

  it('reports no result that is not a problem', () => {
    const kinds = ['pass', 'open', 'review', 'informational', 'notApplicable'].map((kind) => ({
      kind,
      message,
    }));
    const { findings, toolRun } = parse({
      results: [...kinds, { message, baselineState: 'absent' }, { message, kind: 'fail' }],
    });
    expect(findings).toHaveLength(1);
    expect(toolRun).toMatchObject({ completeness: 'complete', parsed: { results: 7, problems: 1 } });
  });

  it('fills in messages that are stated by id', () => {
    const rule = { id: 'R', messageStrings: { m: { text: 'use {1} not {0}, {{really}} {7}' } } };
    const { finding } = parse({
      tool: toolWith([rule]),
      results: [{ ruleId: 'R', message: { id: 'm', arguments: ['a', 'b'] } }],
    });
    expect(finding.message).toBe('use b not a, {really} {7}');
  });

  it.each([
    [{ uri: 'src/a.ts' }, {}, 'sub/src/a.ts'],
    [{ uri: 'src/a%20b.ts' }, {}, 'src/a b.ts'],
    [
      { uri: 'a%20b.ts', uriBaseId: 'SRC' },
      { SRC: { uri: 'src/', uriBaseId: 'ROOT' }, ROOT: { uri: 'file:///workspace/' } },
      'src/a b.ts',
    ],
    [{ uri: 'src/a.ts', uriBaseId: '%SRCROOT%' }, {}, 'sub/src/a.ts'],
    [{ uri: 'file:///workspace/src/a%20b.ts' }, {}, 'src/a b.ts'],
    [
      { uri: 'a.ts', uriBaseId: 'LOOP' },
      { LOOP: { uri: 'x/', uriBaseId: 'LOOP' } },
      `sub/${'x/'.repeat(8)}a.ts`,
    ],
    [{ uri: 'file:///etc/passwd' }, {}, undefined],
    [{ uri: '../../etc/passwd' }, {}, undefined],
    [{ uri: '%2e%2e/%2e%2e/etc/passwd' }, {}, undefined],
    [{ uri: 'x.ts', uriBaseId: 'ETC' }, { ETC: { uri: 'file:///etc' } }, undefined],
    [{ uri: 'x.ts', uriBaseId: '__proto__' }, {}, 'sub/x.ts'],
    [{ index: 0 }, {}, 'sub/src/a.ts'],
  ])('resolves %j', (artifact, originalUriBaseIds, path) => {
    const artifacts = [{ location: { uri: 'src/a.ts' } }];
    expect(parse({ ...at(artifact), originalUriBaseIds, artifacts }).finding.path).toBe(path);
  });

  it('says what a column counts', () => {
    expect(parse(at({ uri: 'a.ts' })).finding.region).toEqual({ line: 3, col: 2, unit: 'utf16' });
    const codepoints = parse({ ...at({ uri: 'a.ts' }), columnKind: 'unicodeCodePoints' });
    expect(codepoints.finding.region?.unit).toBe('codepoint');
  });

  it.each([{ startLine: 0 }, { startLine: -1 }, { startLine: '3' }, { startLine: 1.5 }, {}])(
    'has no region for %j',
    (region) => {
      expect(parse(at({ uri: 'a.ts' }, region)).finding.region).toBeUndefined();
    },
  );

  it('keeps line numbers within 32 bits', () => {
    expect(parse(at({ uri: 'a.ts' }, { startLine: 1e15 })).finding.region).toEqual({ line: 2 ** 31 - 1 });
  });

  it('tells an accepted suppression from one that is under review', () => {
    const suppressed = (suppression: Json) =>
      parse({ results: [{ message, suppressions: [suppression] }] }).finding.suppressed;
    expect(suppressed({ kind: 'inSource', justification: 'known' })).toEqual({
      by: 'source',
      reason: 'known',
    });
    expect(suppressed({ kind: 'external', status: 'accepted' })).toEqual({ by: 'config' });
    expect(suppressed({ kind: 'external', status: 'underReview' })).toBeUndefined();
  });

  it('trusts only fingerprints that say something', () => {
    const { finding } = parse({
      results: [
        { message, partialFingerprints: { a: 'x:1', b: '', c: {} }, fingerprints: { d: 'requires login' } },
      ],
    });
    expect(finding.native_fingerprints).toEqual({ a: 'x:1' });
  });

  it('of a tool that failed is never complete, even without results', () => {
    const failed = parse({ results: [], invocations: [{ executionSuccessful: false, exitCode: 3 }] });
    expect(failed.finding).toMatchObject({
      kind: 'tool_error',
      message: 'the tool did not finish its work: exit code 3',
    });
    expect(failed.toolRun.completeness).toBe('failed');
    const toolExecutionNotifications = [
      { level: 'error', message: { text: 'crashed' } },
      { level: 'note', message },
    ];
    const partly = parse({
      results: [{ message }],
      invocations: [{ executionSuccessful: true, toolExecutionNotifications }],
    });
    expect(partly.findings.map((finding) => finding.message)).toEqual(['bad', 'crashed']);
    expect(partly.toolRun.completeness).toBe('partial');
  });

  it('looks up messages of the whole component and leaves only the text of links', () => {
    const { findings } = parse({
      tool: { driver: { name: 'Lint', globalMessageStrings: { m: { text: 'from the driver: {0}' } } } },
      results: [
        { message: { id: 'm', arguments: ['x'] } },
        { message: { text: 'depends on [a value](1) and [b](https://example.com)' } },
      ],
    });
    expect(findings.map((finding) => finding.message)).toEqual([
      'from the driver: x',
      'depends on a value and [b](https://example.com)',
    ]);
  });

  it('keeps the way of a value through the code', () => {
    const step = (startLine: number, text: string) => ({
      location: {
        physicalLocation: { artifactLocation: { uri: 'src/a.ts' }, region: { startLine } },
        message: { text },
      },
    });
    const { finding } = parse({
      results: [{ message, codeFlows: [{ threadFlows: [{ locations: [step(1, 'in'), step(9, 'out')] }] }] }],
    });
    expect(finding.related).toMatchObject([
      { path: 'sub/src/a.ts', region: { line: 1 }, message: 'in' },
      { path: 'sub/src/a.ts', region: { line: 9 }, message: 'out' },
    ]);
  });

  it('takes the level that the run gave to a rule, CWEs of the result, what was analysed, and the fix', () => {
    const { finding } = parse({
      tool: toolWith([{ id: 'r', defaultConfiguration: { level: 'note' } }]),
      invocations: [
        {
          executionSuccessful: true,
          ruleConfigurationOverrides: [{ descriptor: { id: 'r' }, configuration: { level: 'error' } }],
        },
      ],
      results: [
        {
          ruleId: 'r',
          message,
          analysisTarget: { uri: 'src/a.ts' },
          taxa: [{ id: '79', toolComponent: { name: 'CWE' } }],
          fixes: [{ description: { text: 'escape it' } }],
        },
      ],
    });
    expect(finding).toMatchObject({
      level: 'error',
      path: 'sub/src/a.ts',
      cwe: ['CWE-79'],
      help: 'escape it',
    });
  });

  it('names all the ids of an advisory', () => {
    const { finding } = parse({
      tool: toolWith([
        {
          id: 'GHSA-xvch-5gv4-984h',
          helpUri: 'https://x.example',
          properties: { tags: ['CVE-2021-44906', 'x'] },
        },
      ]),
      results: [{ ruleId: 'GHSA-xvch-5gv4-984h', message }],
    });
    expect(finding).toMatchObject({
      kind: 'cve',
      advisory: { ids: ['GHSA-xvch-5gv4-984h', 'CVE-2021-44906'], url: 'https://x.example' },
    });
  });

  it('whose results are in other files is partial', () => {
    const { toolRun } = parse({ externalPropertyFileReferences: { results: [{ location: { uri: 'x' } }] } });
    expect(toolRun).toMatchObject({ completeness: 'partial', note: 'there are more results in other files' });
  });

  it.each([
    '{"version":"2.1.0","runs":[',
    '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"mess',
    '{"version":"2.1.0","runs":{}}  "runs":[',
    '{"$schema":"sarif","runs":null}',
    '{"$schema":"sarif","runs":[null,3,"x"]}',
  ])('that is damaged is never complete: %s', (text) => {
    const result = parseBytes(Buffer.from(text))!;
    expect(result.findings).toEqual([]);
    expect(result.toolRuns.map((toolRun) => toolRun.completeness)).not.toContain('complete');
    expect(result.toolRuns).toHaveLength(1);
  });

  it.each(['', '{}', '[]', '{"version":"2.1.0"}', 'text', '<xml/>', '{"runs":[]}'])(
    'is not seen in %j',
    (text) => {
      expect(parseBytes(Buffer.from(text))).toBeNull();
    },
  );
});
