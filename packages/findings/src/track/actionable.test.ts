import type { JobFinding } from '@crafting-table/contracts/finding-life';
import { expect, it } from 'vitest';
import { judgeActionable } from './actionable.ts';

const ALONE = { hasBuildFailed: false, isAfterError: false };
const FINDING: Omit<JobFinding, 'actionable'> = {
  kind: 'lint',
  tool: 'x',
  severity: 'low',
  level: 'warning',
  message: 'm',
  path: 'a.c',
  origin: 'source',
  source: { artifact: 'log', format: 'x' },
  occurrences: 1,
  fingerprint: 'f',
  fingerprints: [],
  state: 'new',
  cause: 'code',
};
const flaw = (values: object): Partial<JobFinding> => ({ kind: 'cve', severity: 'high', ...values });
const named = (values: object) => ({ ecosystem: 'npm', name: 'p', version: '1', ...values });

it('is actionable when nothing speaks against it', () => {
  expect(judgeActionable(FINDING, ALONE)).toEqual({ yes: true, reasons: [] });
});

it.each<[string, Partial<JobFinding>, Partial<typeof ALONE>]>([
  ['farm_fault', { kind: 'infra_error' }, {}],
  ['suppressed', { suppressed: { by: 'source' } }, {}],
  ['not_affected', flaw({ advisory: { ids: ['A'], vex: { status: 'not_affected' } } }), {}],
  ['not_ours', { origin: 'dependency' }, {}],
  ['no_fix', flaw({ package: named({ fixed: [] }) }), {}],
  ['not_reachable', flaw({ advisory: { ids: ['A'], reachability: 'imported' } }), {}],
  ['cascade', { kind: 'test_failure' }, { hasBuildFailed: true }],
  ['cascade', { kind: 'compile_error' }, { hasBuildFailed: true, isAfterError: true }],
  ['flaky', { test: { name: 't', outcome: 'flaky' } }, {}],
  ['information', { severity: 'info' }, {}],
])('is not, for the reason %s', (reason, values, surroundings) => {
  const judged = judgeActionable({ ...FINDING, ...values }, { ...ALONE, ...surroundings });
  expect(judged).toEqual({ yes: false, reasons: [reason] });
});

it('of a broken build the first error of a file can be acted on, and so can a flaw that is a direct dependency', () => {
  const error = { ...FINDING, kind: 'compile_error' as const };
  expect(judgeActionable(error, { hasBuildFailed: true, isAfterError: false }).yes).toBe(true);
  const direct = { ...FINDING, ...flaw({ package: named({ fixed: [], direct: true }) }) };
  expect(judgeActionable(direct, ALONE).yes).toBe(true);
});
