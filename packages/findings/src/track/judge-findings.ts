// What became of each finding since the last job of its series. Pure: everything that was asked of the database and of git
// comes in, everything that is to be remembered goes out.
import type { ToolRun } from '@crafting-table/contracts/finding';
import type {
  FindingCause,
  FindingState,
  JobFinding,
  PersonsSuppression,
} from '@crafting-table/contracts/finding-life';
import type { EnrichedFinding } from '../enrich/enrich-findings.ts';
import { messageTemplate } from '../core/message-template.ts';
import { groupOf, hashParts, type FindingGroup } from '../enrich/fingerprint.ts';
import { judgeActionable } from './actionable.ts';
import { judgeCause, type Inputs } from './cause.ts';
import { toolsWithoutTests } from './count-tests.ts';
import type { KnownFinding } from './known-finding.ts';
import { matchFindings, nativeOf, type Match, type Renames } from './match-findings.ts';
import { isRecovered, toolsWithBrokenSetup } from './flaky-tests.ts';

/**
 * How this job's commit stands to the newest commit that the series knows. `behind`: the series has gone on, or elsewhere;
 * what such a job finds is told, but it neither opens nor closes anything for those that come after it.
 */
export type Relation = 'first' | 'same' | 'ahead' | 'behind';

export type SeriesBefore = {
  relation: Relation;
  known: readonly KnownFinding[];
  renames: Renames;
  /** Tools that were complete in another job of this very commit. */
  completeAtCommit: ReadonlySet<string>;
  /** What the tools ran with in the job before. */
  inputs: Inputs | null;
  /** What people have accepted in this project, by fingerprint. */
  accepted: ReadonlyMap<string, PersonsSuppression>;
  /** Whose acceptance has run out since the last job. */
  lapsed: ReadonlySet<string>;
};

export type JudgedJob = {
  sha: string;
  findings: readonly EnrichedFinding[];
  toolRuns: readonly ToolRun[];
  /** A limit was reached: nothing that is missing is known to be gone. */
  truncated: boolean;
  /** Of the recipe; null when it did not end by itself. */
  exitCode: number | null;
  inputs: Inputs;
  now: Date;
};

/** What is to be remembered of one finding of the job, or of one that it did not have. */
export type Fate =
  | { kind: 'opened'; finding: number; isOpen: boolean; sinceFirstRun: boolean; isFlaky: boolean }
  | {
      kind: 'seen';
      finding: number;
      id: number;
      isOpen: boolean;
      event: 'updated' | 'reopened' | 'flaky' | null;
    }
  | { kind: 'unseen'; id: number; state: 'fixed' | 'unknown'; event: 'fixed' | 'flaky' | 'passed' | null };

/** By what a finding is compared the next time, beside what is in it already. */
export type Identity = { group: FindingGroup; rule: string | null; template: string; native: string[] };

/** `identities`: one for each finding. */
export type Judgement = {
  findings: JobFinding[];
  identities: Identity[];
  fates: Fate[];
  /** Tools that have looked at everything they were to look at. */
  completeTools: string[];
};

export function judgeFindings(job: JudgedJob, before: SeriesBefore): Judgement {
  const matches = matchFindings(job.findings, before.known, before.renames);
  const taken = new Set(before.known.map(({ fingerprint }) => fingerprint));
  const brokenSetup = toolsWithBrokenSetup(job.findings, job.toolRuns);
  const fates: Fate[] = [];
  const hasBuildFailed = job.findings.some(({ kind }) => kind === 'compile_error');
  const afterErrors = findAfterErrors(job.findings);
  const findings = job.findings.map((finding, index): JobFinding => {
    const match = matches[index] ?? null;
    const isSuspended = brokenSetup.has(finding.tool);
    const isFlaky = !isSuspended && isFlakyNow(finding, match, job, before);
    const state = stateOf(match, job, before);
    fates.push(fateOf(index, match, state, { isFlaky, isSuspended, before }));
    const accepted = before.accepted.get(match?.known.fingerprint ?? finding.fingerprint);
    const judged = {
      ...(isFlaky && finding.test ? asFlaky(finding) : finding),
      fingerprint: match?.known.fingerprint ?? freshName(finding.fingerprint, taken, job.sha),
      state: isSuspended && state === 'new' ? 'unknown' : state,
      cause: causeOf(finding, state, job, before),
      ...(accepted !== undefined && { accepted }),
    };
    return {
      ...judged,
      actionable: judgeActionable(judged, { hasBuildFailed, isAfterError: afterErrors.has(finding) }),
    };
  });
  const completeTools = toolsThatLooked(job, before);
  fates.push(...unseenFates(matches, job, before, { completeTools, brokenSetup }));
  return { findings, identities: job.findings.map(identityOf), fates, completeTools };
}

function identityOf(finding: EnrichedFinding): Identity {
  return {
    group: groupOf(finding),
    rule: finding.rule_id ?? null,
    template: messageTemplate(finding.message),
    native: nativeOf(finding),
  };
}

/** A finding that was edited keeps its name; what now looks as it once did is another one and needs another name. */
function freshName(fingerprint: string, taken: ReadonlySet<string>, sha: string): string {
  return taken.has(fingerprint) ? hashParts([fingerprint, sha]) : fingerprint;
}

function stateOf(match: Match | null, job: JudgedJob, before: SeriesBefore): FindingState {
  if (match === null) return before.relation === 'first' ? 'existing' : 'new';
  const { known, hasChanged } = match;
  if (before.lapsed.has(known.fingerprint)) return 'reopened';
  if (before.relation !== 'behind' && !known.is_open) {
    return known.closed_sha === job.sha ? 'existing' : 'reopened';
  }
  // Another job of the same commit changes nothing: what was new at it still is.
  if (known.reopened_sha === job.sha) return 'reopened';
  if (known.first_sha === job.sha && !known.since_first_run) return 'new';
  return hasChanged ? 'updated' : 'existing';
}

function fateOf(
  finding: number,
  match: Match | null,
  state: FindingState,
  { isFlaky, isSuspended, before }: { isFlaky: boolean; isSuspended: boolean; before: SeriesBefore },
): Fate {
  const { relation } = before;
  if (match === null) {
    const isOpen = relation !== 'behind' && !isSuspended;
    return { kind: 'opened', finding, isOpen, sinceFirstRun: relation === 'first', isFlaky };
  }
  const { known } = match;
  // At the same commit it only stays reopened, which is no news.
  const wasAway = !known.is_open || before.lapsed.has(known.fingerprint);
  const isReopened = state === 'reopened' && wasAway && relation !== 'behind';
  const event = isReopened
    ? 'reopened'
    : isFlaky && !known.flaky
      ? 'flaky'
      : match.hasChanged
        ? 'updated'
        : null;
  return { kind: 'seen', finding, id: known.id, isOpen: known.is_open || relation !== 'behind', event };
}

/** It fails here, and at this very commit it has been seen to pass. */
function isFlakyNow(
  finding: EnrichedFinding,
  match: Match | null,
  job: JudgedJob,
  before: SeriesBefore,
): boolean {
  if (finding.test === undefined) return false;
  if (finding.test.outcome === 'flaky' || match?.known.flaky) return true;
  const passedHere = before.completeAtCommit.has(finding.tool);
  return passedHere && (match === null || (!match.known.is_open && match.known.closed_sha === job.sha));
}

function asFlaky(finding: EnrichedFinding): EnrichedFinding {
  return { ...finding, severity: 'medium', test: { ...finding.test!, outcome: 'flaky' } }; // Asked of tests only.
}

function unseenFates(
  matches: readonly (Match | null)[],
  job: JudgedJob,
  before: SeriesBefore,
  { completeTools, brokenSetup }: { completeTools: readonly string[]; brokenSetup: ReadonlySet<string> },
): Fate[] {
  const seen = new Set(matches.flatMap((match) => match?.known.id ?? []));
  const complete = new Set(completeTools);
  const missing = before.known.filter(({ id }) => !seen.has(id));
  return missing.flatMap((known): Fate[] => {
    const { id } = known;
    if (!known.is_open)
      return known.closed_sha === job.sha ? [{ kind: 'unseen', id, state: 'fixed', event: null }] : [];
    const canTell = complete.has(known.tool) && !brokenSetup.has(known.tool) && before.relation !== 'behind';
    if (!canTell) return [{ kind: 'unseen', id, state: 'unknown', event: null }];
    if (known.group === 'test') return [unseenTest(known, job, before)];
    // At the very commit that had it, its absence is an accident of the tool.
    if (before.relation === 'same') return [{ kind: 'unseen', id, state: 'unknown', event: null }];
    return [{ kind: 'unseen', id, state: 'fixed', event: 'fixed' }];
  });
}

/** A test that failed and passes now: mended, or flaky when nothing else has changed. */
function unseenTest(known: KnownFinding, job: JudgedJob, before: SeriesBefore): Fate {
  const { id } = known;
  if (known.flaky) {
    if (isRecovered(known.flaky, job.now)) return { kind: 'unseen', id, state: 'fixed', event: 'fixed' };
    return { kind: 'unseen', id, state: 'unknown', event: 'passed' };
  }
  if (before.relation === 'same') return { kind: 'unseen', id, state: 'unknown', event: 'flaky' };
  return { kind: 'unseen', id, state: 'fixed', event: 'fixed' };
}

/** Compile errors of files that had one before, in the order that they were reported in. */
function findAfterErrors(findings: readonly EnrichedFinding[]): Set<EnrichedFinding> {
  const errors = findings.filter(({ kind }) => kind === 'compile_error');
  const files = Map.groupBy(errors, ({ tool, path, path_raw }) => `${tool} ${path ?? path_raw}`);
  return new Set([...files.values()].flatMap((ofFile) => ofFile.slice(1)));
}

/**
 * Tools whose runs were all whole: one that broke off may have been the one that would have found it. Compilers and many
 * linters say nothing when all is well; they have looked when the command that ran them before ran to its good end again.
 * Tests that are said to run and say nothing have not, and neither has a tool that ran no test at all.
 */
function toolsThatLooked(
  { toolRuns, truncated, exitCode, inputs }: JudgedJob,
  before: SeriesBefore,
): string[] {
  if (truncated) return [];
  const heard = toolRuns.filter(({ unseen }) => !unseen);
  const unseen = new Set(toolRuns.filter((run) => run.unseen).map(({ tool }) => tool));
  const told = new Set(heard.map(({ tool }) => tool));
  const broken = new Set(
    heard.filter(({ completeness }) => completeness !== 'complete').map(({ tool }) => tool),
  );
  const isSameCommand = before.inputs !== null && before.inputs.command === inputs.command;
  const mayBeSilent = exitCode === 0 && isSameCommand && broken.size === 0;
  const silent = before.known
    .filter(({ group, tool }) => mayBeSilent && !(group === 'test' && unseen.has(tool)))
    .map(({ tool }) => tool);
  const idle = toolsWithoutTests(heard);
  return [...new Set([...told, ...silent])].filter((tool) => !broken.has(tool) && !idle.has(tool));
}

function causeOf(
  finding: EnrichedFinding,
  state: FindingState,
  job: JudgedJob,
  before: SeriesBefore,
): FindingCause {
  if (state === 'existing') return 'unknown';
  return judgeCause(finding, job.inputs, before.inputs);
}
