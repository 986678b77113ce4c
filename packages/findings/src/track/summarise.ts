import type { ToolRun } from '@crafting-table/contracts/finding';
import type { FindingSummary, JobFinding } from '@crafting-table/contracts/finding-life';
import { countTests } from './count-tests.ts';
import type { GateResult } from './gates.ts';

/** Whatever comes first in this list brings the others about, not the other way round. */
const CAUSAL_ORDER = [
  'infra_error',
  'tool_error',
  'config_error',
  'compile_error',
  'type_error',
  'crash',
  'test_error',
  'test_failure',
  'secret',
  'malware',
  'cve',
  'sast',
  'policy',
  'license',
  'lint',
  'compile_warning',
  'format',
] as const satisfies JobFinding['kind'][];
/** After one of these the rest may be its consequence. */
const STOPS_THE_REST = 'test_failure' satisfies JobFinding['kind'];

/** `unseen`: states of known findings that this job did not have. */
export function summarise(
  findings: readonly JobFinding[],
  unseen: readonly ('fixed' | 'unknown')[],
  job: { gates: GateResult[]; isFirstRun: boolean; toolRuns: readonly ToolRun[] },
): FindingSummary {
  const counts = <Key extends string>(keys: readonly Key[]) => {
    const by: Partial<Record<Key, number>> = {};
    for (const key of keys) by[key] = (by[key] ?? 0) + 1;
    return by;
  };
  return {
    total: findings.length,
    by_state: counts([...findings.map(({ state }) => state), ...unseen]),
    by_severity: counts(findings.map(({ severity }) => severity)),
    by_kind: counts(findings.map(({ kind }) => kind)),
    actionable: findings.filter(({ actionable }) => actionable.yes).length,
    first_run: job.isFirstRun,
    first_cause: firstCause(findings),
    tests: countTests(findings, job.toolRuns),
    gates: job.gates,
  };
}

function firstCause(findings: readonly JobFinding[]): FindingSummary['first_cause'] {
  const counted = findings.filter(
    ({ accepted, suppressed }) => accepted === undefined && suppressed === undefined,
  );
  const rankOf = ({ kind }: JobFinding) => CAUSAL_ORDER.indexOf(kind);
  const first = counted.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || (a.source.log_line ?? Infinity) - (b.source.log_line ?? Infinity) || 0,
  )[0];
  if (first === undefined) return null;
  const mayFold = rankOf(first) < CAUSAL_ORDER.indexOf(STOPS_THE_REST);
  return {
    fingerprint: first.fingerprint,
    kind: first.kind,
    severity: first.severity,
    message: first.message,
    ...(first.path !== undefined && { path: first.path }),
    ...(first.region !== undefined && { line: first.region.line }),
    folded: mayFold ? counted.filter((each) => rankOf(each) >= rankOf(first)).length - 1 : 0,
  };
}
