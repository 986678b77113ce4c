// What the farm adds to a finding: names that outlive moved lines, and what became of it since the job before.
import { z } from 'zod';
import { Finding, FindingKind } from './finding.ts';
import { Severity } from './words.ts';

/**
 * How a finding compares with what its series knew. A series is one recipe of one subproject on one branch.
 * - `new`: it was not there before. `existing`: it was, as it is. `updated`: it was, and something of it has changed.
 * - `reopened`: it was fixed, or its suppression has expired. `fixed`: it is gone, and the tool has looked.
 * - `unknown`: it is not in this job, and nobody can say that it is gone.
 */
export const FINDING_STATES = ['new', 'existing', 'updated', 'reopened', 'fixed', 'unknown'] as const;
export const FindingState = z.enum(FINDING_STATES);
export type FindingState = z.infer<typeof FindingState>;

/** Why a finding appeared or went: somebody changed code, a database of advisories, a tool's version, its configuration. */
export const FindingCause = z.enum(['code', 'advisory', 'tool_upgrade', 'config', 'unknown']);
export type FindingCause = z.infer<typeof FindingCause>;

/** One name for a finding, by the recipe `algorithm`. */
export const Fingerprint = z.object({ algorithm: z.string(), value: z.string() });
export type Fingerprint = z.infer<typeof Fingerprint>;

/** Why nobody can or should do something about a finding now. */
export const INACTION_REASONS = [
  'farm_fault',
  'suppressed',
  'not_affected',
  'not_ours',
  'no_fix',
  'not_reachable',
  'cascade',
  'flaky',
  'information',
] as const;
export const InactionReason = z.enum(INACTION_REASONS);
export type InactionReason = z.infer<typeof InactionReason>;

/** Whose code a place is in. */
export const FindingOrigin = z.enum(['source', 'generated', 'dependency', 'external']);
export type FindingOrigin = z.infer<typeof FindingOrigin>;

export const PersonsSuppression = z.object({
  by: z.literal('person'),
  author: z.string(),
  reason: z.string(),
  /** Null: until somebody lifts it. */
  until: z.iso.datetime().nullable(),
});
export type PersonsSuppression = z.infer<typeof PersonsSuppression>;

/** A finding of a job as it is stored and given out. */
export const JobFinding = Finding.extend({
  /** The name to look it up by, the same in every job of the project. */
  fingerprint: z.string(),
  /** Other names, the most trusted first. */
  fingerprints: z.array(Fingerprint),
  /** Of the reported line without its white space. */
  line_hash: z.string().optional(),
  /** Names of the functions and classes around the place, outermost first, e.g. `Parser.read`. */
  scope: z.string().optional(),
  /** The reported line and up to two lines before and after it. */
  snippet: z.array(z.string()).optional(),
  origin: FindingOrigin,
  state: FindingState,
  cause: FindingCause,
  actionable: z.object({ yes: z.boolean(), reasons: z.array(InactionReason) }),
  /** A person accepted it; it stays listed and counts for nothing. */
  accepted: PersonsSuppression.optional(),
});
export type JobFinding = z.infer<typeof JobFinding>;

/** What happened to a finding in a job of its series. `passed`: a flaky test that did not fail this time. */
export const FindingEvent = z.enum(['opened', 'updated', 'reopened', 'fixed', 'flaky', 'passed']);
export type FindingEvent = z.infer<typeof FindingEvent>;

/** How many findings of a job are in which state, and how severe those are that it has. */
export const FindingSummary = z.object({
  /** Without `fixed` and `unknown`, which the job does not have. */
  total: z.int().nonnegative(),
  by_state: z.partialRecord(FindingState, z.int().nonnegative()),
  by_severity: z.partialRecord(Severity, z.int().nonnegative()),
  by_kind: z.partialRecord(FindingKind, z.int().nonnegative()),
  actionable: z.int().nonnegative(),
  /** There was no job of this series before to compare with; everything counts as `existing`. */
  first_run: z.boolean(),
  /** The problem that most likely brought the others about. */
  first_cause: z
    .object({
      fingerprint: z.string(),
      kind: z.string(),
      severity: Severity,
      message: z.string(),
      path: z.string().optional(),
      line: z.int().optional(),
      /** Findings that are probably only its consequences. */
      folded: z.int().nonnegative(),
    })
    .nullable(),
  /**
   * Tests that ran and tests that failed, as far as the tools count them. Null: no tool told of any, so that a recipe of
   * tests that ended well has tested nothing. Absent in jobs that ran before tests were counted.
   */
  tests: z.object({ ran: z.int().nonnegative(), failed: z.int().nonnegative() }).nullable().optional(),
  gates: z.array(z.object({ gate: z.string(), outcome: z.enum(['warn', 'fail']), found: z.int() })),
});
export type FindingSummary = z.infer<typeof FindingSummary>;
