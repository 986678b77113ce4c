import type { ToolRun } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseReportFile } from '../parse-report-file.ts';
import { countByTool, writeAll } from './finding-writer.ts';
import { createSarifWriter } from './sarif.ts';
import { jobFinding } from '../stand-ins/job-findings.ts';

type Json = { [key: string]: any }; // oxlint-disable-line typescript/no-explicit-any -- Looked into by tests only.

const plain = fc.sample(jobFinding, { numRuns: 1, seed: 1 })[0]!;
const job = (findings: readonly JobFinding[], toolRuns: readonly ToolRun[] = []) => ({
  name: 'attic . lint',
  id: 'job/1',
  sha: 'a'.repeat(40),
  toolRuns,
  counts: countByTool(findings),
});

function write(findings: readonly JobFinding[], toolRuns: readonly ToolRun[] = []): string {
  const byTool = [...Map.groupBy(findings, ({ tool }) => tool).values()].flat();
  return writeAll(createSarifWriter(job(findings, toolRuns)), byTool);
}

const resultOf = (values: Partial<JobFinding>): Json =>
  JSON.parse(write([{ ...plain, ...values }])).runs[0].results[0];

describe('SARIF', () => {
  test('has everything that a finding says: what the format has a place for, and the rest in properties', () => {
    fc.assert(
      fc.property(jobFinding, (finding) => {
        expect(readBack(JSON.parse(write([finding])).runs[0])).toEqual(finding);
      }),
      { numRuns: 300 },
    );
  });

  test('is read by our own parser as it was written', () => {
    const isThere = ({ state }: JobFinding) => state !== 'fixed' && state !== 'unknown';
    fc.assert(
      fc.property(jobFinding.filter(isThere), (finding) => {
        const bytes = Buffer.from(write([finding]));
        const context = { subproject: '', workspaceRoot: '/w', knownFile: () => true };
        const parsed = parseReportFile({ path: 'x.sarif', bytes }, context)!;
        expect(parsed.toolRuns).toMatchObject([{ tool: finding.tool, completeness: 'complete' }]);
        expect(parsed.findings).toHaveLength(1);
        expect(parsed.findings[0]).toMatchObject(readable(finding));
      }),
      { numRuns: 300 },
    );
  });

  test('has a run for each tool, and one for each that found nothing', () => {
    const source = { artifact: 'log', format: 'x' };
    const toolRuns: ToolRun[] = [
      { tool: 'ruff', completeness: 'complete', version: '0.17', source },
      { tool: 'mypy', completeness: 'failed', note: 'it crashed', source },
    ];
    const findings = [
      { ...plain, tool: 'ruff' },
      { ...plain, tool: 'ruff' },
      { ...plain, tool: 'eslint' },
    ];
    const runs: Json[] = JSON.parse(write(findings, toolRuns)).runs;
    expect(runs.map(({ tool, results }) => [tool.driver.name, tool.driver.version, results.length])).toEqual([
      ['ruff', '0.17', 2],
      ['eslint', undefined, 1],
      ['mypy', undefined, 0],
    ]);
    expect(runs[2]!['invocations']).toMatchObject([
      { executionSuccessful: false, toolExecutionNotifications: [{ message: { text: 'it crashed' } }] },
    ]);
    expect(JSON.parse(write([])).runs).toEqual([]);
  });

  test('tells of a rule once, and each result where', () => {
    const findings = ['R1', 'R2', 'R1'].map((rule_id) => ({ ...plain, tool: 'ruff', rule_id }));
    const [run] = JSON.parse(write(findings)).runs;
    expect(run.tool.driver.rules.map(({ id }: Json) => id)).toEqual(['R1', 'R2']);
    expect(run.results.map(({ ruleIndex }: Json) => ruleIndex)).toEqual([0, 1, 0]);
  });

  test.each([
    ['new', 'new'],
    ['reopened', 'new'],
    ['existing', 'unchanged'],
    ['updated', 'updated'],
    ['fixed', 'absent'],
  ] as const)('calls %s findings %s', (state, baselineState) => {
    expect(resultOf({ state })).toMatchObject({ baselineState, kind: 'fail' });
  });

  test('leaves open whether an unknown finding is still there', () => {
    expect(resultOf({ state: 'unknown' })).toMatchObject({ kind: 'open', level: 'none' });
  });

  test('names a suppression by who made it', () => {
    const accepted = { by: 'person', author: 'ann', reason: 'why', until: null } as const;
    const { suppressions } = resultOf({ suppressed: { by: 'source' }, accepted });
    expect(suppressions).toMatchObject([{ kind: 'inSource' }, { kind: 'external', justification: 'why' }]);
  });

  test('says nothing twice where the schema forbids it', () => {
    const place = { path: 'a.c', message: 'here' };
    const { suppressions, relatedLocations } = resultOf({
      related: [place, place],
      suppressed: { by: 'config', reason: 'why' },
      accepted: { by: 'person', author: 'ann', reason: 'why', until: null },
    });
    for (const list of [suppressions, relatedLocations]) {
      expect(new Set(list.map((each: Json) => JSON.stringify(each))).size).toBe(2);
    }
  });

  test('gives a score to what is about security, and to nothing else', () => {
    const cve = resultOf({ kind: 'cve', severity: 'critical', cwe: ['CWE-79'] })['properties'];
    expect(cve).toMatchObject({ 'security-severity': '9.5', tags: ['security', 'external/cwe/cwe-79'] });
    expect(resultOf({ kind: 'lint', severity: 'critical' })['properties']).not.toHaveProperty(
      'security-severity',
    );
  });
});

/** What the parser can know: kind, severity and the like are in our own properties only. */
function readable(finding: JobFinding): object {
  const { message, detail, level, rule_id, rule_name, rule_url, path, region, related } = finding;
  const { unit: _unit, ...numbers } = region ?? {};
  return {
    message,
    ...(detail !== undefined && { detail }),
    level,
    ...(rule_id !== undefined && { rule_id, rule_name, rule_url }),
    ...(path !== undefined && { path }),
    ...(region && { region: numbers }),
    ...(related && { related: related.map(({ message: said }) => ({ message: said })) }),
    ...(finding.cwe && { cwe: finding.cwe }),
    native_fingerprints: {
      'craftingTable/v1': finding.fingerprint,
      ...finding.native_fingerprints,
    },
    ...((finding.suppressed ?? finding.accepted) && {
      suppressed: { by: finding.suppressed?.by === 'source' ? 'source' : 'config' },
    }),
  };
}

/** The finding that a result was made of. */
function readBack({ tool, results: [result] }: Json): unknown {
  const { craftingTable, ...security } = result.properties;
  const { level, ...said } = craftingTable;
  const [message, ...detail] = result.message.text.split('\n');
  const uri = result.locations?.[0]?.physicalLocation?.artifactLocation;
  const cwe = security.tags?.flatMap((tag: string) => /cwe-\d+/.exec(tag)?.[0].toUpperCase() ?? []);
  return {
    tool: tool.driver.name,
    level: level ?? result.level,
    message,
    ...(detail.length > 0 && { detail: detail.join('\n') }),
    ...(result.ruleId !== undefined && { rule_id: result.ruleId }),
    ...(uri?.uriBaseId && { path: decodeURIComponent(uri.uri) }),
    ...(cwe?.length > 0 && { cwe }),
    ...(result.partialFingerprints && { native_fingerprints: result.partialFingerprints }),
    occurrences: result.occurrenceCount,
    ...said,
  };
}
