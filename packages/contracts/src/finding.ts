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

/** Lines and columns count from 1; `end_col` is one past the last column. Columns are in the unit the tool uses. */
export const Region = z.object({
  line: z.int().positive(),
  col: z.int().positive().optional(),
  end_line: z.int().positive().optional(),
  end_col: z.int().positive().optional(),
  /** What one column is, where the format says so. */
  unit: z.enum(['utf16', 'codepoint', 'byte']).optional(),
});
export type Region = z.infer<typeof Region>;

/** Another place the tool points at: a note, an include, a step of a flow. */
export const RelatedPlace = z.object({
  path: z.string().optional(),
  path_raw: z.string().optional(),
  region: Region.optional(),
  message: z.string().optional(),
});
export type RelatedPlace = z.infer<typeof RelatedPlace>;

/** One try of a test that was tried several times or failed in several phases. */
export const TestTry = z.object({
  outcome: z.enum(['failed', 'errored']),
  message: z.string(),
  /** The exception or assertion class. */
  type: z.string().optional(),
});
export type TestTry = z.infer<typeof TestTry>;

export const TestDetail = z.object({
  suite: z.string().optional(),
  name: z.string(),
  outcome: z.enum(['passed', 'failed', 'errored', 'skipped', 'todo', 'flaky']),
  duration_ms: z.number().nonnegative().optional(),
  /** Every failure that was reported for this test, when there was more than one or the test passed in the end. */
  tries: z.array(TestTry).optional(),
});
export type TestDetail = z.infer<typeof TestDetail>;

/** A package that a finding is about, as its ecosystem names it. */
export const PackageDetail = z.object({
  /** In the words of OSV: `PyPI`, `npm`, `Go`, `crates.io`, `RubyGems`, `Packagist`, `Maven`, `NuGet`, `Debian`, ... */
  ecosystem: z.string(),
  name: z.string(),
  installed: z.string().optional(),
  /** Versions that do not have the problem; empty when it is known that there is none. */
  fixed: z.array(z.string()).optional(),
  /** Affected versions, in the ecosystem's own notation. */
  range: z.string().optional(),
  /** Does the project ask for it by itself? */
  direct: z.boolean().optional(),
  dev_only: z.boolean().optional(),
  /** The lock file or manifest that brought it, POSIX, relative to the repository. */
  manifest: z.string().optional(),
  /** How the project came to it, e.g. `app > web > parser`. */
  paths: z.array(z.string()).optional(),
  purl: z.string().optional(),
});
export type PackageDetail = z.infer<typeof PackageDetail>;

export const Cvss = z.object({
  version: z.enum(['2.0', '3.0', '3.1', '4.0']).optional(),
  vector: z.string().optional(),
  score: z.number().min(0).max(10).optional(),
  source: z.string().optional(),
});
export type Cvss = z.infer<typeof Cvss>;

export const Vex = z.object({
  status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
  justification: z.string().optional(),
});
export type Vex = z.infer<typeof Vex>;

/** A known flaw of a package. */
export const Advisory = z.object({
  /** All names of the same flaw: CVE, GHSA, the ecosystem's own. */
  ids: z.array(z.string()),
  url: z.string().optional(),
  cvss: z.array(Cvss).optional(),
  /** Does the project's own code get there? */
  reachability: z.enum(['called', 'imported', 'required', 'unknown']).optional(),
  vex: Vex.optional(),
});
export type Advisory = z.infer<typeof Advisory>;

/** Where a finding was read: the log, or a file below the workspace. */
export const FindingSource = z.object({
  artifact: z.string(),
  format: z.string(),
  log_line: z.int().positive().optional(),
});
export type FindingSource = z.infer<typeof FindingSource>;

/** Somebody already said that this one is accepted: a comment in the source, the tool's configuration, a VEX statement. */
export const Suppression = z.object({
  by: z.enum(['source', 'config', 'vex']),
  reason: z.string().optional(),
});
export type Suppression = z.infer<typeof Suppression>;

export const Finding = z.object({
  kind: FindingKind,
  tool: z.string(),
  /** The subproject whose recipe printed it, `.` for the root of the repository. */
  subproject: z.string().optional(),
  rule_id: z.string().optional(),
  rule_name: z.string().optional(),
  rule_url: z.string().optional(),
  /** `CWE-79`, without duplicates. */
  cwe: z.array(z.string()).optional(),
  severity: Severity,
  level: FindingLevel,
  /** Severity in the tool's own word or number. */
  raw_severity: z.string().optional(),
  /** First line, at most 1 kB. */
  message: z.string(),
  /** The rest of what the tool said, at most 16 kB. */
  detail: z.string().optional(),
  /** POSIX, relative to the repository; absent when the place is outside it or unknown. */
  path: z.string().optional(),
  /** As the tool wrote it. */
  path_raw: z.string().optional(),
  region: Region.optional(),
  related: z.array(RelatedPlace).optional(),
  test: TestDetail.optional(),
  package: PackageDetail.optional(),
  advisory: Advisory.optional(),
  /** Can the tool mend it by itself? `unsafe`: it may change what the code does. */
  fixable: z.enum(['safe', 'unsafe']).optional(),
  /** What to do about it, at most 1 kB. */
  help: z.string().optional(),
  suppressed: Suppression.optional(),
  /** Fingerprints the tool computed itself, by the tool's name for the recipe. */
  native_fingerprints: z.record(z.string(), z.string()).optional(),
  source: FindingSource,
  /** Where else the same finding was read. */
  more_sources: z.array(FindingSource).optional(),
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
  /** Findings that were counted but not kept, because a limit was reached. */
  omitted_findings: z.int().positive().optional(),
  /** The recipe is said to run it, and nothing was heard of it. */
  unseen: z.literal(true).optional(),
  /** When the advisories that it looked things up in were changed last, where the tool says so. */
  database_at: z.iso.datetime().optional(),
  /** Why it is not complete, for people. */
  note: z.string().optional(),
});
export type ToolRun = z.infer<typeof ToolRun>;
