import type { ToolRun } from '@crafting-table/contracts/finding';
import type { EnrichedFinding } from '@crafting-table/findings/enrich/enrich-findings';
import type { Inputs } from '@crafting-table/findings/track/cause';
import { failedGates } from '@crafting-table/findings/track/gates';
import { judgeFindings } from '@crafting-table/findings/track/judge-findings';
import { summarise } from '@crafting-table/findings/track/summarise';
import type { JudgedFindings, JudgingQuestion } from './findings-reader.ts';

/** Compares what was read with what the series knew, asks the gates, and counts. */
export function judgeRead(
  parsed: {
    findings: readonly EnrichedFinding[];
    toolRuns: readonly ToolRun[];
    truncated: boolean;
    exitCode: number | null;
    inputs: Inputs;
  },
  { sha, before, gates, now }: JudgingQuestion,
): JudgedFindings {
  const judgement = judgeFindings({ ...parsed, sha, now }, before);
  const open = before.known.filter(
    ({ is_open, fingerprint }) => is_open && !before.accepted.has(fingerprint),
  );
  const failed = failedGates(gates, judgement.findings, (isMeant) => open.filter(isMeant).length);
  const unseen = judgement.fates.flatMap((fate) => (fate.kind === 'unseen' ? [fate.state] : []));
  const isFirstRun = before.relation === 'first';
  const { toolRuns } = parsed;
  return {
    ...judgement,
    summary: summarise(judgement.findings, unseen, { gates: failed, isFirstRun, toolRuns }),
  };
}
