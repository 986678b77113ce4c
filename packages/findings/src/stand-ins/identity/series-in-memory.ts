// The findings of one series, remembered as the database remembers them.
import type { EnrichedFinding } from '../../enrich/enrich-findings.ts';
import { judgeFindings, type Identity, type Judgement } from '../../track/judge-findings.ts';
import type { KnownFinding } from '../../track/known-finding.ts';
import type { Renames } from '../../track/match-findings.ts';

export type SeriesInMemory = {
  /** Judges the findings of the next commit, and remembers them. */
  judge: (commit: {
    sha: string;
    findings: readonly EnrichedFinding[];
    renames: Renames;
    now: Date;
  }) => Judgement;
};

const INPUTS = { lockFiles: null, configuration: null, command: 'lint', versions: {} };

export function createSeries(tool: string): SeriesInMemory {
  const known = new Map<number, KnownFinding>();
  let isFirst = true;
  let lastId = 0;
  return {
    judge: ({ sha, findings, renames, now }) => {
      const toolRuns = [
        { tool, completeness: 'complete' as const, source: { artifact: 'log', format: tool } },
      ];
      const judgement = judgeFindings(
        { sha, findings, toolRuns, truncated: false, exitCode: 1, inputs: INPUTS, now },
        {
          relation: isFirst ? 'first' : 'ahead',
          known: [...known.values()],
          renames,
          completeAtCommit: new Set(),
          inputs: isFirst ? null : INPUTS,
          accepted: new Map(),
          lapsed: new Set(),
        },
      );
      isFirst = false;
      for (const fate of judgement.fates) {
        if (fate.kind === 'unseen') {
          const gone = known.get(fate.id)!; // Fates are of what was known.
          if (fate.event === 'fixed') known.set(fate.id, { ...gone, is_open: false, closed_sha: sha });
          continue;
        }
        const id = fate.kind === 'seen' ? fate.id : ++lastId;
        const finding = judgement.findings[fate.finding]!; // One for each fate, by its index.
        const identity = judgement.identities[fate.finding]!; // Likewise.
        known.set(id, remember(known.get(id), { id, sha, finding, identity }));
      }
      return judgement;
    },
  };
}

function remember(
  before: KnownFinding | undefined,
  {
    id,
    sha,
    finding,
    identity,
  }: { id: number; sha: string; finding: Judgement['findings'][number]; identity: Identity },
): KnownFinding {
  return {
    id,
    fingerprint: before?.fingerprint ?? finding.fingerprint,
    ...identity,
    kind: finding.kind,
    tool: finding.tool,
    path: finding.path ?? null,
    line: finding.region?.line ?? null,
    line_hash: finding.line_hash ?? null,
    scope: finding.scope ?? null,
    test_name: finding.test?.name ?? null,
    severity: finding.severity,
    is_open: true,
    first_sha: before?.first_sha ?? sha,
    since_first_run: before?.since_first_run ?? false,
    closed_sha: null,
    reopened_sha: finding.state === 'reopened' ? sha : (before?.reopened_sha ?? null),
    flaky: null,
  };
}
