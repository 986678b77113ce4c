// What is asked about findings and how it is answered: of one job, of a whole project, of one finding, over time.
import { z } from 'zod';
import { FindingKind, ToolRun } from './finding.ts';
import {
  FINDING_STATES,
  FindingEvent,
  FindingSummary,
  JobFinding,
  PersonsSuppression,
} from './finding-life.ts';
import { AttemptNumber, JobId } from './job.ts';
import { GitRef, isStorable, SubprojectPath } from './project.ts';
import { Recipe, Severity } from './words.ts';

/** Words of one list in a query; no list of ours has more. */
const LIST_ITEMS_MAX = 30;
const LIST_CHARS_MAX = 2000;

/** `new,reopened`: any of these words. */
function listOf<Item extends z.ZodType<unknown, string>>(item: Item) {
  return z
    .string()
    .max(LIST_CHARS_MAX)
    .transform((text) => text.split(','))
    .pipe(z.array(item).max(LIST_ITEMS_MAX));
}

const Storable = z.string().min(1).refine(isStorable, 'must be well-formed Unicode without NUL');
const Cursor = z.string().max(200);

/** The name of a finding: the same in every job of a project. */
export const FindingName = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hex digits');

/** What every list of findings can be narrowed down by. */
const narrowing = {
  kind: listOf(FindingKind).optional(),
  severity: listOf(Severity).optional(),
  tool: listOf(Storable.max(512)).optional(),
  /** What the path begins with. */
  path: Storable.max(1024).optional(),
  actionable: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional(),
};

export const EXPORT_FORMATS = ['sarif', 'junit', 'codequality', 'github'] as const;
export const ExportFormat = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof ExportFormat>;

export const EXPORT_MEDIA: Record<ExportFormat, string> = {
  sarif: 'application/sarif+json',
  junit: 'application/xml',
  codequality: 'application/json',
  github: 'text/plain',
};

/** Without `state`: what the job has. `all`: that, and what is known to be fixed or nobody can tell about. */
export const FindingsQuery = z.strictObject({
  ...narrowing,
  state: listOf(z.enum([...FINDING_STATES, 'all'])).optional(),
  attempt: AttemptNumber.optional(),
  /** Any but `json` gives all that was asked for at once; `limit` and `cursor` are then of no use. */
  format: z.enum(['json', ...EXPORT_FORMATS]).default('json'),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  cursor: Cursor.optional(),
});
export type FindingsQuery = z.infer<typeof FindingsQuery>;

/** A job of a series, by its commit. */
export const Sighting = z.object({ job_id: JobId, sha: z.string(), at: z.iso.datetime() });
export type Sighting = z.infer<typeof Sighting>;

/** `first_seen` is null where the farm does not compare: an attempt that was made again. */
export const ListedFinding = JobFinding.extend({ first_seen: Sighting.nullable() });
export type ListedFinding = z.infer<typeof ListedFinding>;

export const FindingsPage = z.object({
  findings: z.array(ListedFinding),
  tool_runs: z.array(ToolRun),
  /** Of all findings of the attempt, whatever was asked for; null when they were compared with nothing. */
  counts: FindingSummary.nullable(),
  next_cursor: z.string().nullable(),
});
export type FindingsPage = z.infer<typeof FindingsPage>;

/** Which jobs a finding is compared across. */
export const SeriesLabel = z.object({ subproject: z.string(), recipe: Recipe, branch: z.string() });
export type SeriesLabel = z.infer<typeof SeriesLabel>;

const ofSeries = {
  subproject: SubprojectPath.optional(),
  recipe: Recipe.optional(),
  branch: GitRef.optional(),
};

export const OpenFindingsQuery = z.strictObject({
  ...narrowing,
  ...ofSeries,
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: Cursor.optional(),
});
export type OpenFindingsQuery = z.infer<typeof OpenFindingsQuery>;

/** As it was in the last job that had it or changed it; a state is something that only a job can give. */
export const LastSeenFinding = JobFinding.omit({ state: true });
export type LastSeenFinding = z.infer<typeof LastSeenFinding>;

/** A test that has failed and passed at one commit, and how often it passed since it failed last. */
export const Flaky = z.object({ since: z.iso.datetime(), passes: z.int().nonnegative() });
export type Flaky = z.infer<typeof Flaky>;

export const OpenFinding = LastSeenFinding.extend({
  series: SeriesLabel,
  first_seen: Sighting,
  age_secs: z.int().nonnegative(),
  reopen_count: z.int().nonnegative(),
  flaky: Flaky.nullable(),
});
export type OpenFinding = z.infer<typeof OpenFinding>;

export const OpenFindingsPage = z.object({
  findings: z.array(OpenFinding),
  next_cursor: z.string().nullable(),
});
export type OpenFindingsPage = z.infer<typeof OpenFindingsPage>;

/** A person's word that a finding counts for nothing. */
export const Acceptance = PersonsSuppression.omit({ by: true }).extend({
  fingerprint: z.string(),
  created_at: z.iso.datetime(),
  /** When somebody took it back, or put another one in its place. */
  lifted_at: z.iso.datetime().nullable(),
});
export type Acceptance = z.infer<typeof Acceptance>;

export const FindingHistory = z.object({
  fingerprint: z.string(),
  /** Open ones first, then those that were closed last; at most 200 of them. */
  series: z.array(
    z.object({
      series: SeriesLabel,
      is_open: z.boolean(),
      finding: LastSeenFinding,
      first_seen: Sighting,
      /** Null while it is open. */
      closed: Sighting.nullable(),
      reopen_count: z.int().nonnegative(),
      flaky: Flaky.nullable(),
      /** The newest last; at most 100 of them. */
      events: z.array(Sighting.extend({ event: FindingEvent })),
    }),
  ),
  /** The newest last; at most 100 of them. */
  acceptances: z.array(Acceptance),
});
export type FindingHistory = z.infer<typeof FindingHistory>;

export const SuppressBody = z.strictObject({
  reason: Storable.max(1000),
  /** Without it: until somebody lifts it. */
  until: z.iso.datetime({ offset: true }).optional(),
});
export type SuppressBody = z.infer<typeof SuppressBody>;

export const TrendQuery = z.strictObject({
  ...ofSeries,
  /** Jobs of each series. */
  limit: z.coerce.number().int().min(1).max(200).default(30),
});
export type TrendQuery = z.infer<typeof TrendQuery>;

export const TrendPoint = Sighting.extend({
  attempt: z.int().positive(),
  ...FindingSummary.pick({ total: true, by_state: true, by_severity: true }).shape,
});
export type TrendPoint = z.infer<typeof TrendPoint>;

/** The series that was judged last stands first; at most 100 of them. In each the newest job stands last. */
export const Trend = z.object({
  series: z.array(z.object({ series: SeriesLabel, points: z.array(TrendPoint) })),
});
export type Trend = z.infer<typeof Trend>;
