// One problem that a tool reported, and one invocation of a tool, as they leave a parser and as they travel on the wire.
import { z } from 'zod';
import { Severity } from './words.ts';

export const FINDING_KINDS = [
  'compile_error',
  'compile_warning',
  'lint',
  'type_error',
  'format',
  'sast',
  'secret',
  'cve',
  'malware',
  'license',
  'policy',
  'test_failure',
  'test_error',
  'crash',
  'config_error',
  'tool_error',
  'infra_error',
] as const;
export const FindingKind = z.enum(FINDING_KINDS);
export type FindingKind = z.infer<typeof FindingKind>;

export const FindingLevel = z.enum(['error', 'warning', 'note', 'none']);
export type FindingLevel = z.infer<typeof FindingLevel>;

/** Lines and columns count from 1. Columns are in the unit the tool uses. */
export const Region = z.object({
  line: z.int().positive(),
  col: z.int().positive().optional(),
  end_line: z.int().positive().optional(),
  end_col: z.int().positive().optional(),
});
export type Region = z.infer<typeof Region>;

export const TestDetail = z.object({
  suite: z.string().optional(),
  name: z.string(),
  outcome: z.enum(['passed', 'failed', 'errored', 'skipped', 'todo', 'flaky']),
  duration_ms: z.number().nonnegative().optional(),
});
export type TestDetail = z.infer<typeof TestDetail>;

/** Where a finding was read: the log, or a file below the workspace. */
export const FindingSource = z.object({
  artifact: z.string(),
  format: z.string(),
  log_line: z.int().positive().optional(),
});
export type FindingSource = z.infer<typeof FindingSource>;

export const Finding = z.object({
  kind: FindingKind,
  tool: z.string(),
  rule_id: z.string().optional(),
  severity: Severity,
  level: FindingLevel,
  /** First line, at most 1 kB. */
  message: z.string(),
  /** The rest of what the tool said, at most 16 kB. */
  detail: z.string().optional(),
  /** POSIX, relative to the repository; absent when the place is outside it or unknown. */
  path: z.string().optional(),
  /** As the tool wrote it. */
  path_raw: z.string().optional(),
  region: Region.optional(),
  test: TestDetail.optional(),
  source: FindingSource,
  /** How often the same finding was reported in one job. */
  occurrences: z.int().positive(),
  /** Fields of the tool's own format that have no place above. */
  extra: z.record(z.string(), z.unknown()).optional(),
});
export type Finding = z.infer<typeof Finding>;

export const Completeness = z.enum(['complete', 'partial', 'failed', 'unknown']);
export type Completeness = z.infer<typeof Completeness>;

/** One invocation of a tool, findings or not: what it claimed and what was read. */
export const ToolRun = z.object({
  tool: z.string(),
  version: z.string().optional(),
  completeness: Completeness,
  source: FindingSource,
  /** Totals the tool stated, by its own words, e.g. `{tests: 12, failures: 1}`. */
  claimed: z.record(z.string(), z.number()).optional(),
  /** The same totals as counted while reading. */
  parsed: z.record(z.string(), z.number()).optional(),
  /** Why it is not complete, for people. */
  note: z.string().optional(),
});
export type ToolRun = z.infer<typeof ToolRun>;
