// What happened in a project between two digests, as far as people are told of it in the morning.
import type { OutboxState, Recipient } from '@crafting-table/contracts/digest';
import type { FindingSummary } from '@crafting-table/contracts/finding-life';
import type { Advisory, FindingKind, PackageDetail, ToolRun } from '@crafting-table/contracts/finding';
import type { JobStatus, Reason, Recipe, Severity } from '@crafting-table/contracts/words';

/** What a person reads of one kind in the morning; the rest is counted. */
export const LINES_MAX = 50;
/** Nobody may wait with these: they are news in the first job of a series too, and no line of anything else hides them. */
export const FLAWS: readonly FindingKind[] = ['cve', 'malware'];

export type FindingFact = {
  class: 'new' | 'fixed' | 'open' | 'flaky';
  /** Of the whole class: how many, and whether a known flaw or malware is among them, or something that a lint job found. */
  total: number;
  hasFlaw: boolean;
  hasLint: boolean;
  kind: FindingKind;
  tool: string;
  recipe: Recipe;
  subproject: string;
  /** Null on the default branch. */
  branch: string | null;
  severity: Severity;
  rule: string | null;
  path: string | null;
  line: number | null;
  message: string;
  package: PackageDetail | null;
  advisory: Pick<Advisory, 'ids'> | null;
  test: string | null;
  since: Date;
  /** It was gone for a while. */
  isBack: boolean;
  jobId: string;
};

/** One recipe of one subproject on one branch, as far as it ran in the time. */
export type RecipeFact = {
  subproject: string;
  recipe: Recipe;
  branch: string;
  ended: number;
  /** How often the recipe itself said no. */
  failures: number;
  /** How often it failed at all: timed out, lost and the like as well. */
  failed: number;
  /** When the recipe said no for the first time since it passed last; null when it does not say no now. */
  failingSince: Date | null;
  last: {
    jobId: string;
    attempt: number;
    status: JobStatus;
    reason: Reason;
    exitCode: number | null;
    detail: string | null;
    findings: number;
    at: Date;
  };
  /** How the newest job before that time ended, if the recipe ended it. */
  before: JobStatus | null;
  /** Tests of the newest job; null when nothing in it told of any. */
  tests: NonNullable<FindingSummary['tests']> | null;
  toolRuns: ToolRun[];
};

/** A recipe that said no when it said something last, and whose newest job of the time, if there is one, is not the one that says so. */
export type StandingFact = Pick<
  RecipeFact,
  'subproject' | 'recipe' | 'branch' | 'ended' | 'failures' | 'last'
> & {
  failingSince: Date;
};

export type BrokenJobFact = {
  /** Of all that found a tool missing, or of all others. */
  total: number;
  jobId: string;
  subproject: string;
  recipe: Recipe;
  reason: Reason;
  detail: string | null;
  at: Date;
};

/**
 * A firing that was not as it should be. `made`: late, or after others that nobody made. `waiting`, `running`: its jobs have not ended,
 * however long ago it was made. `overdue`: its time has come, and it was not made in the time of the digest; one that was made since has
 * its job, and is late.
 */
export type FiringFact = {
  /** Of all that were not as they should be. */
  total: number;
  fate: 'made' | 'refused' | 'cancelled' | 'waiting' | 'running' | 'overdue';
  recipe: Recipe;
  /** Null: all subprojects that have the recipe, and the default branch. */
  subproject: string | null;
  ref: string | null;
  /** The first of its jobs; null when it has none. */
  jobId: string | null;
  local: string;
  tz: string;
  late: boolean;
  missed: number;
  refusal: string | null;
  /** How many of its schedule are like this, this being the oldest. */
  count: number;
  at: Date;
};

export type EarlierMail = { date: string; state: OutboxState; error: string | null; recipients: Recipient[] };

export type DigestFacts = {
  findings: FindingFact[];
  recipes: RecipeFact[];
  standing: StandingFact[];
  broken: BrokenJobFact[];
  firings: FiringFact[];
  /** How often schedules fired. */
  fired: number;
  mails: EarlierMail[];
  /** Newest first, without today. */
  trend: { date: string; open: number }[];
};
