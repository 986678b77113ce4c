// The official schema of SARIF 2.1.0 is the judge of what we export; see fixtures/README.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolRun } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jobFinding } from '../stand-ins/job-findings.ts';
import { countByTool, writeAll } from './finding-writer.ts';
import { createSarifWriter } from './sarif.ts';

const schema: object = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/sarif-schema-2.1.0.json'), 'utf8'),
);
const ajv = new Ajv.default({ allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);

const toolRun: fc.Arbitrary<ToolRun> = fc.record(
  {
    tool: fc.constantFrom('ruff', 'eslint', 'cargo & co', 'ü'),
    completeness: fc.constantFrom('complete', 'partial', 'failed', 'unknown'),
    version: fc.constantFrom('1.0', '2026-11 (nightly)'),
    note: fc.string({ minLength: 1, maxLength: 40 }),
    source: fc.constant({ artifact: 'log', format: 'x' }),
  },
  { requiredKeys: ['tool', 'completeness', 'source'] },
);

function faultsOf(findings: readonly JobFinding[], toolRuns: readonly ToolRun[]) {
  const byTool = [...Map.groupBy(findings, ({ tool }) => tool).values()].flat();
  const job = { name: 'attic . lint', id: 'job/1', sha: 'a'.repeat(40), toolRuns };
  const text = writeAll(createSarifWriter({ ...job, counts: countByTool(findings) }), byTool);
  validate(JSON.parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('the SARIF of a job', () => {
  test('is valid by the official schema, whatever the findings are', () => {
    fc.assert(
      fc.property(
        fc.array(jobFinding, { maxLength: 6 }),
        fc.array(toolRun, { maxLength: 3 }),
        (findings, runs) => {
          expect(faultsOf(findings, runs)).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('is valid without findings and without tools', () => {
    expect(faultsOf([], [])).toEqual([]);
  });

  test('would be found out', () => {
    expect(validate({ version: '2.1.0', runs: [{ results: [] }] })).toBe(false);
    expect(
      validate({
        version: '2.1.0',
        runs: [{ tool: { driver: { name: 'x' } }, results: [{ level: 'bad' }] }],
      }),
    ).toBe(false);
  });
});
