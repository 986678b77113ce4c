import type { JobFinding } from '@crafting-table/contracts/finding-life';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseReportFile } from '../parse-report-file.ts';
import { jobFinding } from '../stand-ins/job-findings.ts';
import { createCodeQualityWriter } from './code-quality.ts';
import { counts, countByTool, writeAll } from './finding-writer.ts';
import { createGithubWriter } from './github.ts';
import { createJunitWriter } from './junit.ts';

const wrong: JobFinding = {
  kind: 'lint',
  tool: 'ruff',
  rule_id: 'F401',
  severity: 'medium',
  level: 'error',
  message: 'not used: a, b',
  detail: '100%\nsure',
  path: 'src/a,b.py',
  region: { line: 3, col: 5, end_line: 4 },
  source: { artifact: 'log', format: 'ruff' },
  occurrences: 1,
  fingerprint: 'f'.repeat(32),
  fingerprints: [],
  origin: 'source',
  state: 'new',
  cause: 'code',
  actionable: { yes: true, reasons: [] },
};
const accepted: JobFinding = {
  ...wrong,
  message: 'odd',
  accepted: { by: 'person', author: 'ann', reason: 'known', until: null },
};
const fixed: JobFinding = { ...wrong, message: 'gone', state: 'fixed' };
const unknown: JobFinding = { ...wrong, message: 'who knows', state: 'unknown' };
const ALL = [wrong, accepted, fixed, unknown];

const junitOf = (findings: readonly JobFinding[]) =>
  writeAll(
    createJunitWriter({
      name: 'attic',
      id: 'x',
      sha: null,
      toolRuns: [],
      counts: countByTool(findings),
    }),
    findings,
  );

describe('GitHub annotations', () => {
  test('escape what would end them, and leave out what counts for nothing', () => {
    expect(writeAll(createGithubWriter(), ALL)).toBe(
      '::error file=src/a%2Cb.py,line=3,endLine=4,col=5,title=ruff%3A F401::not used: a, b%0A100%25%0Asure\n',
    );
  });

  test('are one line each, whatever the finding says', () => {
    fc.assert(
      fc.property(fc.array(jobFinding), (findings) => {
        const lines = writeAll(createGithubWriter(), findings).split('\n').slice(0, -1);
        expect(lines).toHaveLength(findings.filter(counts).length);
        for (const line of lines) expect(line).toMatch(/^::(?:error|warning|notice) /);
      }),
    );
  });
});

describe('GitLab code quality', () => {
  test('has a path and a line for each, in the words of the format', () => {
    const nowhere: JobFinding = { ...wrong, severity: 'unknown' };
    delete nowhere.path;
    delete nowhere.region;
    delete nowhere.rule_id;
    expect(JSON.parse(writeAll(createCodeQualityWriter(), [...ALL, nowhere]))).toEqual([
      {
        description: 'not used: a, b',
        check_name: 'F401',
        fingerprint: wrong.fingerprint,
        severity: 'major',
        location: { path: 'src/a,b.py', lines: { begin: 3, end: 4 } },
      },
      {
        description: 'not used: a, b',
        check_name: 'ruff/lint',
        fingerprint: wrong.fingerprint,
        severity: 'minor',
        location: { path: '.', lines: { begin: 1 } },
      },
    ]);
    expect(JSON.parse(writeAll(createCodeQualityWriter(), []))).toEqual([]);
  });
});

describe('JUnit XML', () => {
  test('fails what counts, skips what is suppressed or unknown, and passes what is fixed', () => {
    expect(junitOf(ALL)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="attic" tests="4">
<testsuite name="ruff" tests="4">
<testcase classname="src/a,b.py" name="F401: line 3:5: not used: a, b" file="src/a,b.py" line="3"><failure message="not used: a, b" type="F401">not used: a, b
100%
sure</failure></testcase>
<testcase classname="src/a,b.py" name="F401: line 3:5: odd" file="src/a,b.py" line="3"><skipped message="suppressed: known"/></testcase>
<testcase classname="src/a,b.py" name="F401: line 3:5: gone" file="src/a,b.py" line="3"></testcase>
<testcase classname="src/a,b.py" name="F401: line 3:5: who knows" file="src/a,b.py" line="3"><skipped message="unknown"/></testcase>
</testsuite>
</testsuites>
`);
  });

  test('is well-formed whatever a finding says, and our own parser finds what counts', () => {
    fc.assert(
      fc.property(jobFinding, (finding) => {
        const bytes = Buffer.from(junitOf([finding]));
        const context = { subproject: '', workspaceRoot: '/w', knownFile: () => true };
        const parsed = parseReportFile({ path: 'x.xml', bytes }, context)!;
        expect(parsed.toolRuns).toMatchObject([{ completeness: 'complete' }]);
        expect(parsed.findings).toHaveLength(counts(finding) ? 1 : 0);
      }),
      { numRuns: 300 },
    );
  });
});
