// A project: a repository the farm knows, and per subproject the recipes it may run.
import { z } from 'zod';
import { Gate } from './gate.ts';
import { ProblemMatchers } from './problem-matcher.ts';
import { ProjectRetention } from './project-retention.ts';
import { Recipe, RetryableReason } from './words.ts';

/** Letters, digits, dot, dash and underscore; it stands in URLs and folder names as it is. */
export const ProjectName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'use 1 to 100 letters, digits, dots, dashes or underscores, starting with a letter or digit',
  );
export type ProjectName = z.infer<typeof ProjectName>;

/** A folder inside the repository: `.` or `sdks/python`. Never absolute, never upwards. */
export const SubprojectPath = z
  .string()
  .min(1)
  .max(400)
  .refine(isInsideRepository, 'must be a relative path inside the repository, like . or sdks/python')
  .transform(normalisePath);
export type SubprojectPath = z.infer<typeof SubprojectPath>;

/** A branch, a tag or a full ref name, as git itself would accept it. */
export const GitRef = z
  .string()
  .min(1)
  .max(250)
  .refine(isGitRefName, 'is not a name git accepts for a branch or tag');

export const CommitSha = z
  .string()
  .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'must be a full commit id: 40 or 64 lower-case hex digits');

const Command = z.string().min(1).max(32_768).refine(isStorable, 'must be well-formed Unicode without NUL');
const Language = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9+#._-]{0,39}$/, 'must be a short word like python or c++');

/** `<ecosystem>/<tool>`. A name that the farm does not know is kept, and the job says that it is unknown. */
const ToolName = z
  .string()
  .regex(/^[a-z0-9-]{1,40}\/[a-z0-9-]{1,60}$/, 'must be <ecosystem>/<tool> like python/pytest');

export const TIMEOUT_SECS_MAX = 86_400;
const TimeoutSecs = z.int().positive().max(TIMEOUT_SECS_MAX);

const EnvironmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be a name a shell accepts')
  .refine((name) => !name.startsWith('CRAFTING_'), 'names starting with CRAFTING_ belong to the farm');

export const Subproject = z.strictObject({
  path: SubprojectPath,
  language: Language,
  build: Command.optional(),
  test: Command.optional(),
  lint: Command.optional(),
  audit: Command.optional(),
  timeout_secs: TimeoutSecs.optional(),
  /** After these reasons the farm makes another attempt by itself, up to ATTEMPTS_MAX in all. One that was given back does not count. */
  retry_on: z.array(RetryableReason).max(10).optional(),
  /** Silence longer than this ends the attempt; 0 turns the limit off. */
  no_output_secs: z.int().nonnegative().max(TIMEOUT_SECS_MAX).optional(),
  env: z
    .record(
      EnvironmentName,
      z.string().max(32_768).refine(isStorable, 'must be well-formed Unicode without NUL'),
    )
    .refine((env) => Object.keys(env).length <= 100, 'at most 100 variables')
    .optional(),
  gates: z.array(Gate).max(50).optional(),
  /**
   * Which tools a recipe runs, by the names in docs/formats.md. Where nothing was heard of one of them, the job says so: a
   * recipe that ends well without its tests is not taken for one whose tests all passed.
   */
  tools: z.partialRecord(Recipe, z.array(ToolName).max(50)).optional(),
  /** Patterns for what a recipe's own tools print, tried on each line of the log beside the tools that the farm knows. */
  problem_matchers: z.partialRecord(Recipe, ProblemMatchers).optional(),
  /** false: tools are not asked to write reports beside what they print. Without it those are that can do so unnoticed. */
  hooks: z.boolean().optional(),
});
export type Subproject = z.infer<typeof Subproject>;

/** An attempt that ends for a reason in `retry_on` is followed by another until this many were made. */
export const ATTEMPTS_MAX = 3;

const Schedule = z.union([
  z
    .array(
      z.strictObject({
        cron: z.string().max(100).refine(isStorable, 'cannot be stored'),
        tz: z.string().max(60).refine(isStorable, 'cannot be stored'),
        recipe: Recipe,
        subproject: SubprojectPath.optional(),
        ref: GitRef.optional(),
        enabled: z.boolean().default(true),
      }),
    )
    .max(100),
  z.partialRecord(Recipe, z.enum(['nightly'])),
]);

/** What a project can ask to be told of in the morning. Nothing of it happened: no mail. */
export const NOTIFY_EVENTS = [
  'audit_pass',
  'audit_fail',
  'build_fail',
  'test_fail',
  'lint_warn',
  'cve_found',
  'new_findings',
  'fixed',
  'recovered',
  'not_checked',
  'patch_drafted',
  'nightly_summary',
] as const;
export const NotifyEvent = z.enum(NOTIFY_EVENTS);
export type NotifyEvent = z.infer<typeof NotifyEvent>;

/** What a project is told of that asks for nothing. */
export const DEFAULT_NOTIFY_EVENTS: readonly NotifyEvent[] = ['audit_fail', 'cve_found', 'patch_drafted'];

const Notify = z.strictObject({
  email: z.array(z.email().max(254)).max(100).default([]),
  on: z.array(NotifyEvent).max(20).default([]),
  auto_patch: z.boolean().default(false),
});

/** The body of POST /projects and PUT /projects/{name}. */
export const ProjectBody = z.strictObject({
  name: ProjectName,
  git_url: z.string().min(1).max(2000),
  default_branch: GitRef.default('main'),
  languages: z.array(Language).max(50).default([]),
  subprojects: z
    .array(Subproject)
    .min(1)
    .max(500)
    .superRefine((subprojects, context) => {
      const seen = new Set<string>();
      for (const [index, { path }] of subprojects.entries()) {
        if (seen.has(path)) {
          context.addIssue({ code: 'custom', path: [index, 'path'], message: `${path} is declared twice` });
        }
        seen.add(path);
      }
    }),
  schedule: Schedule.optional(),
  notify: Notify.optional(),
  /** What is kept otherwise than the farm keeps it. */
  retention: ProjectRetention.optional(),
});
export type ProjectBody = z.infer<typeof ProjectBody>;

/** A project as it is given back: `git_url` never carries credentials. */
export const Project = z.object({
  name: z.string(),
  owner: z.string(),
  git_url: z.string(),
  default_branch: z.string(),
  languages: z.array(z.string()),
  subprojects: z.array(Subproject),
  schedule: Schedule.optional(),
  notify: Notify.optional(),
  /** What is kept otherwise than the farm keeps it. */
  retention: ProjectRetention.optional(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type Project = z.infer<typeof Project>;

function isInsideRepository(path: string): boolean {
  if (path.startsWith('/') || path.includes('\\') || hasStrayCharacter(path)) return false;
  const parts = path.replace(/\/$/, '').split('/');
  return parts.every((part) => part !== '' && part !== '..' && part !== '.git');
}

function normalisePath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 ? '.' : parts.join('/');
}

// The rules of git-check-ref-format(1), plus: no leading dash, which a command line would read as an option.
function isGitRefName(ref: string): boolean {
  if (hasStrayCharacter(ref) || /[ ~^:?*[\\]/.test(ref) || ref.startsWith('-')) return false;
  if (ref === '@' || ref.includes('..') || ref.includes('@{') || ref.endsWith('.')) return false;
  return ref.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}

/** Control characters, and halves of surrogate pairs, which Postgres refuses in JSON. */
function hasStrayCharacter(text: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(text) || !text.isWellFormed();
}

/** What Postgres takes: no NUL in text, no half of a surrogate pair in JSON. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
