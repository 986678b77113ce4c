import type { InactionReason, JobFinding } from '@crafting-table/contracts/finding-life';

/** What else there is in the job. `isAfterError`: the compiler had reported an error of this file before. */
export type Surroundings = { hasBuildFailed: boolean; isAfterError: boolean };

/** Can the author do something about it now? All reasons against it, the strongest first. */
export function judgeActionable(
  finding: Omit<JobFinding, 'actionable'>,
  surroundings: Surroundings,
): JobFinding['actionable'] {
  const { kind, advisory, package: named, test } = finding;
  const vex = advisory?.vex?.status;
  const isFlaw = kind === 'cve';
  const reasons: [InactionReason, boolean][] = [
    ['farm_fault', kind === 'tool_error' || kind === 'infra_error'],
    ['suppressed', finding.accepted !== undefined || finding.suppressed !== undefined],
    ['not_affected', vex === 'not_affected' || vex === 'fixed'],
    ['not_ours', finding.origin !== 'source'],
    ['no_fix', isFlaw && named?.fixed?.length === 0 && named.direct !== true],
    [
      'not_reachable',
      isFlaw && (advisory?.reachability === 'required' || advisory?.reachability === 'imported'),
    ],
    ['cascade', isCascade(finding, surroundings)],
    ['flaky', test?.outcome === 'flaky'],
    ['information', finding.severity === 'info'],
  ];
  const against = reasons.filter(([, holds]) => holds).map(([reason]) => reason);
  return { yes: against.length === 0, reasons: against };
}

/** When the build is broken its tests say nothing, and a compiler stumbles over what its first error in a file left. */
function isCascade({ kind }: { kind: string }, { hasBuildFailed, isAfterError }: Surroundings): boolean {
  if (kind === 'test_failure' || kind === 'test_error') return hasBuildFailed;
  return kind === 'compile_error' && isAfterError;
}
