import { Finding, type Region, type RelatedPlace, type ToolRun } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeRegion } from '../core/region.ts';
import { createPathResolver } from '../core/repository-path.ts';
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
        const inside = new Set([finding, ...(finding.related ?? [])].map(({ path }) => path));
        const knownFile = (path: string) => inside.has(path);
        const context = { subproject: '', workspaceRoot: '/w', knownFile };
        const parsed = parseReportFile({ path: 'x.sarif', bytes }, context)!;
        expect(parsed.toolRuns).toMatchObject([{ tool: finding.tool, completeness: 'complete' }]);
        expect(parsed.findings).toHaveLength(1);
        expect(parsed.findings[0]).toEqual(readable(finding));
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

/** The finding without what the farm has added to it, read in another file, under its own name in the farm. */
function readable(finding: JobFinding): object {
  const fields = Object.keys(Finding.shape) as (keyof Finding)[]; // Its own keys are its keys.
  const { path, path_raw, region, related, accepted, suppressed, ...said } = finding;
  const by = accepted && { by: 'config', reason: accepted.reason };
  return {
    ...Object.fromEntries(fields.filter((name) => name in said).map((name) => [name, finding[name]])),
    ...placeOf({ path, path_raw }),
    ...(region && { region: readableRegion(region) }),
    ...(related && { related: related.map(readableRelated) }),
    ...((suppressed ?? by) && { suppressed: suppressed ?? by }),
    subproject: '',
    source: { artifact: 'x.sarif', format: 'sarif' },
    native_fingerprints: { 'craftingTable/v1': finding.fingerprint, ...finding.native_fingerprints },
  };
}

/** Lines of no file are nowhere. */
function readableRelated({ region, ...place }: RelatedPlace): object {
  const isSomewhere = place.path !== undefined || place.path_raw !== undefined;
  return { ...place, ...placeOf(place), ...(region && isSomewhere && { region: readableRegion(region) }) };
}

/** The same numbers, by the rules of the parsers. */
function readableRegion({ end_line, end_col, ...region }: Region): object | undefined {
  return makeRegion({ ...region, endLine: end_line, endCol: end_col });
}

/** Inside the repository the path is what the document says. */
function placeOf({ path, path_raw }: Pick<Finding, 'path' | 'path_raw'>): object {
  if (path !== undefined) return { path, path_raw: path };
  if (path_raw === undefined) return {};
  // Where it points to is for whoever reads it to say.
  const read = createPathResolver({ subproject: '', workspaceRoot: '/w', knownFile: () => false })(path_raw);
  return { path_raw, ...(read.path !== undefined && { path: read.path }) };
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
