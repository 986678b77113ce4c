// Quality gates: how many findings of which kind a job may have before it warns or fails.
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import type { Gate } from '@crafting-table/contracts/gate';
import { SEVERITIES } from '@crafting-table/contracts/words';

export type GateResult = { gate: string; outcome: 'warn' | 'fail'; found: number };

/** The gates that were not passed. `before`: how many findings of the gate's kind the series had. */
export function failedGates(
  gates: readonly Gate[],
  findings: readonly JobFinding[],
  countBefore: (isMeant: (finding: Counted) => boolean) => number,
): GateResult[] {
  return gates.flatMap((gate) => {
    const isMeant = matcherOf(gate);
    const present = findings.filter((each) => isMeant(each) && isCounted(each));
    const found = {
      total: present.length,
      new: present.filter(isNewByCode).length,
      delta: present.length - countBefore(isMeant),
    }[gate.metric];
    return found > gate.max ? [{ gate: nameOf(gate), outcome: gate.outcome, found }] : [];
  });
}

export type Counted = Pick<JobFinding, 'kind' | 'severity'>;

function matcherOf({ kinds, min_severity }: Gate): (finding: Counted) => boolean {
  // `unknown` stands last in the list and is no lower than the bar: nobody said that it is harmless.
  const bar = min_severity === undefined ? SEVERITIES.length : SEVERITIES.indexOf(min_severity);
  return ({ kind, severity }) =>
    (kinds === undefined || kinds.includes(kind)) &&
    (severity === 'unknown' || SEVERITIES.indexOf(severity) <= bar);
}

function isCounted({ accepted, suppressed, state }: JobFinding): boolean {
  return accepted === undefined && suppressed === undefined && state !== 'fixed' && state !== 'unknown';
}

/** Nobody’s change brought an advisory or a stricter tool about; such a gate would punish whoever comes first. */
function isNewByCode({ state, cause }: JobFinding): boolean {
  return (state === 'new' || state === 'reopened') && cause !== 'advisory' && cause !== 'tool_upgrade';
}

function nameOf({ metric, kinds, min_severity, max }: Gate): string {
  const what = [min_severity && `${min_severity} or worse`, kinds?.join(', ')].filter(Boolean).join(' ');
  return `${metric}${what && ` of ${what}`} at most ${max}`;
}
