import type { FindingKind } from '@crafting-table/contracts/finding';
import type { Severity } from '@crafting-table/contracts/words';
import type { FindingGroup } from '../enrich/fingerprint.ts';

/** A finding that a series had before, as far as comparing needs it. */
export type KnownFinding = {
  id: number;
  fingerprint: string;
  native: readonly string[];
  group: FindingGroup;
  kind: FindingKind;
  tool: string;
  rule: string | null;
  path: string | null;
  line: number | null;
  line_hash: string | null;
  scope: string | null;
  /** Of a test. */
  test_name: string | null;
  /** The template of its message. */
  template: string;
  severity: Severity;
  /** Was it there, as far as is known? */
  is_open: boolean;
  /** The commit that it was first seen at, and whether the series began with it. */
  first_sha: string;
  since_first_run: boolean;
  /** The commits that it was last found gone at, and back again. */
  closed_sha: string | null;
  reopened_sha: string | null;
  /** A test that failed and passed at one commit; how many times it has passed since it failed last. */
  flaky: { passes: number; since: Date } | null;
};
