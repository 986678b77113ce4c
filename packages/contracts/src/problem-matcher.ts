// Problem matchers: patterns that a recipe brings along for the output of its own tools, in the JSON of VS Code's
// `problemMatcher` and of GitHub's `problem-matcher.json`. Fields of theirs that are not listed here are ignored.
import { z } from 'zod';
import { FindingKind } from './finding.ts';

/** Each pattern is tried on each line of the log, on an engine that is slower than the built-in one. */
export const PROBLEM_MATCHERS_MAX = 10;
export const MATCHER_PATTERNS_MAX = 10;
export const MATCHER_REGEXP_CHARS_MAX = 1000;

const Group = z.int().min(0).max(50);

/** One line. The numbers are those of the groups in `regexp`. */
export const ProblemPattern = z.object({
  /** In the syntax of RE2: no look-around, no back references. */
  regexp: z.string().min(1).max(MATCHER_REGEXP_CHARS_MAX),
  /** `file`: the problem is of the whole file. */
  kind: z.enum(['file', 'location']).optional(),
  file: Group.optional(),
  /** A path whose folder `file` is relative to, as msbuild writes its project. */
  fromPath: Group.optional(),
  /** `12`, `12,3` or `12,3,14,5`. */
  location: Group.optional(),
  line: Group.optional(),
  column: Group.optional(),
  endLine: Group.optional(),
  endColumn: Group.optional(),
  severity: Group.optional(),
  code: Group.optional(),
  message: Group.optional(),
  /** On the last pattern: it matches each following line as well, and each match is a problem. */
  loop: z.boolean().optional(),
});
export type ProblemPattern = z.infer<typeof ProblemPattern>;

export const ProblemMatcher = z.object({
  /** Names the tool in the findings. */
  owner: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$/,
      'use 1 to 100 letters, digits, spaces, dots, dashes or underscores',
    ),
  /** For problems whose pattern names none. */
  severity: z.enum(['error', 'warning', 'info', 'notice', 'hint']).optional(),
  /** Not of the JSON of others: what the problems are. Default: `lint`. */
  kind: FindingKind.optional(),
  /** One pattern for each line of a problem, in order; the lines follow one another. */
  pattern: z.union([
    ProblemPattern.transform((one) => [one]),
    z.array(ProblemPattern).min(1).max(MATCHER_PATTERNS_MAX),
  ]),
});
export type ProblemMatcher = z.infer<typeof ProblemMatcher>;

/** `{"problemMatcher": [...]}`, as both tools keep it in a file, or the bare list. */
export const ProblemMatchers = z.union([
  z.array(ProblemMatcher).max(PROBLEM_MATCHERS_MAX),
  z
    .object({
      problemMatcher: z.union([
        ProblemMatcher.transform((one) => [one]),
        z.array(ProblemMatcher).max(PROBLEM_MATCHERS_MAX),
      ]),
    })
    .transform(({ problemMatcher }) => problemMatcher),
]);
export type ProblemMatchers = z.infer<typeof ProblemMatchers>;
