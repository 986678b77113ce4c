// A job: one wish to run a recipe at one commit; its attempts; and what is asked and answered about them.
import { z } from 'zod';
import { FindingSummary } from './finding-life.ts';
import { Gate } from './gate.ts';
import { LogSummary } from './log.ts';
import { ProblemMatcher } from './problem-matcher.ts';
import { CommitSha, GitRef, isStorable, ProjectName, SubprojectPath, TIMEOUT_SECS_MAX } from './project.ts';
import { Containment, JobStatus, Reason, Recipe, RECIPES, RetryableReason } from './words.ts';

export const JobId = z.uuid();

/** 1 runs first among a project's jobs, 100 last. Between projects the share is fair whatever they ask for. */
export const Priority = z.int().min(1).max(100);
export const DEFAULT_PRIORITY = 50;

/** The body of POST /projects/{name}/jobs. */
export const JobBody = z
  .strictObject({
    recipe: z.enum([...RECIPES, 'all']),
    subproject: SubprojectPath.optional(),
    ref: GitRef.optional(),
    sha: CommitSha.optional(),
    priority: Priority.default(DEFAULT_PRIORITY),
    timeout_secs: z.int().positive().max(TIMEOUT_SECS_MAX).optional(),
  })
  .refine((body) => body.ref === undefined || body.sha === undefined, {
    path: ['sha'],
    message: 'give either ref or sha, not both',
  });
export type JobBody = z.infer<typeof JobBody>;

/** What was to be done, frozen when the job was created: later edits of the project do not reach it. */
export const RecipeSnapshot = z.object({
  command: z.string(),
  language: z.string(),
  timeout_secs: z.int(),
  no_output_secs: z.int().optional(),
  retry_on: z.array(RetryableReason),
  env: z.record(z.string(), z.string()),
  gates: z.array(Gate).optional(),
  /** Tools that the recipe is said to run; see `Subproject`. */
  tools: z.array(z.string()).optional(),
  problem_matchers: z.array(ProblemMatcher).optional(),
  hooks: z.boolean().optional(),
});
export type RecipeSnapshot = z.infer<typeof RecipeSnapshot>;

export const Job = z.object({
  id: JobId,
  project: z.string(),
  subproject: z.string(),
  recipe: Recipe,
  ref: z.string().nullable(),
  /** The commit, as soon as it is known. */
  sha: z.string().nullable(),
  status: JobStatus,
  reason: Reason.nullable(),
  /** The recipe's own exit code; 128 + n when signal n ended it; -1 when its worker was lost. */
  exit_code: z.int().nullable(),
  /** What to tell a person beside the reason: the missing tool, git's complaint, who cancelled. */
  detail: z.string().nullable(),
  /** Number of the newest attempt, 0 before the first. */
  attempt: z.int().nonnegative(),
  priority: Priority,
  findings_count: z.int().nonnegative(),
  /** Null until the recipe has run. */
  findings_summary: FindingSummary.nullable(),
  recipe_snapshot: RecipeSnapshot,
  worker: z.string().nullable(),
  queued_at: z.iso.datetime(),
  /** When a worker took the newest attempt, and when its recipe was started. */
  claimed_at: z.iso.datetime().nullable(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  deadline_at: z.iso.datetime().nullable(),
  cancel_requested_at: z.iso.datetime().nullable(),
  /** Milliseconds spent waiting for a worker, making the workspace, and running the recipe. */
  timings: z.object({
    queued_ms: z.number().nullable(),
    prepared_ms: z.number().nullable(),
    ran_ms: z.number().nullable(),
  }),
});
export type Job = z.infer<typeof Job>;

/** How an attempt ended: `returned` ones went back to the queue unfinished, without a verdict. */
export const AttemptStatus = z.enum(['running', 'passed', 'failed', 'cancelled', 'returned']);
export type AttemptStatus = z.infer<typeof AttemptStatus>;

export const Attempt = z.object({
  number: z.int().positive(),
  status: AttemptStatus,
  reason: Reason.nullable(),
  exit_code: z.int().nullable(),
  detail: z.string().nullable(),
  worker: z.string(),
  containment: Containment,
  claimed_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  log: LogSummary.nullable(),
  /** When retention removed the stored log; null while it is there. */
  log_removed_at: z.iso.datetime().nullable(),
  /** What a worker reported after the attempt was already over; it was refused. */
  superseded: z
    .object({ reason: Reason, exit_code: z.int().nullable(), reported_at: z.iso.datetime() })
    .nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

/** Number of log lines that GET /jobs/{id} shows. */
export const LOG_TAIL_LINES = 200;

export const JobDetail = z.object({
  job: Job,
  attempts: z.array(Attempt),
  log_tail: z.array(z.string()),
});
export type JobDetail = z.infer<typeof JobDetail>;

export const QueuedJob = z.object({
  job_id: JobId,
  status: JobStatus,
  recipe: Recipe,
  subproject: z.string(),
});
export type QueuedJob = z.infer<typeof QueuedJob>;

/** One job answers flat; several answer as a list, in the order of the project's subprojects. */
export const CreatedJobs = z.union([QueuedJob, z.object({ jobs: z.array(QueuedJob) })]);
export type CreatedJobs = z.infer<typeof CreatedJobs>;

/** Newest first. The cursor is opaque and given by the page before. */
export const JobQuery = z.strictObject({
  project: ProjectName.optional(),
  status: JobStatus.optional(),
  recipe: Recipe.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});
export type JobQuery = z.infer<typeof JobQuery>;

export const JobPage = z.object({ jobs: z.array(Job), next_cursor: z.string().nullable() });
export type JobPage = z.infer<typeof JobPage>;

export const CancelBody = z.strictObject({
  reason: z.string().max(500).refine(isStorable, 'must be well-formed Unicode without NUL').optional(),
});
export type CancelBody = z.infer<typeof CancelBody>;

/** The number of an attempt in a query. No job gets near the bound, which is that of the column that is searched. */
export const AttemptNumber = z.coerce.number().int().positive().max(2_147_483_647);

export const LogQuery = z.strictObject({
  attempt: AttemptNumber.optional(),
  offset: z.coerce.number().int().nonnegative().optional(),
  from_line: z.coerce.number().int().positive().optional(),
  lines: z.coerce.number().int().positive().max(1_000_000).optional(),
});
export type LogQuery = z.infer<typeof LogQuery>;
