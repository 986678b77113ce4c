// A finding of a series as it is given out.
import { sql } from 'kysely';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import type { Recipe } from '@crafting-table/contracts/words';

/** Columns of a tracked finding `t` with its series `s`. */
export const TRACKED_COLUMNS = sql`t.id, t.severity, t.fingerprint, t.is_open, t.first_job_id, t.first_sha, t.first_at, t.closed_job_id,
  t.closed_sha, t.closed_at, t.reopen_count, t.flaky_since, t.flaky_passes, t.data, s.subproject, s.recipe, s.branch`;

export type TrackedRow = {
  id: number;
  severity: JobFinding['severity'];
  fingerprint: string;
  is_open: boolean;
  first_job_id: string;
  first_sha: string;
  first_at: Date;
  closed_job_id: string | null;
  closed_sha: string | null;
  closed_at: Date | null;
  reopen_count: number;
  flaky_since: Date | null;
  flaky_passes: number;
  data: JobFinding;
  subproject: string;
  recipe: Recipe;
  branch: string;
};

/** Which series of a project are meant; what is not given narrows nothing down. */
export type SeriesFilter = {
  projectId: string;
  subproject?: string | undefined;
  recipe?: Recipe | undefined;
  branch?: string | undefined;
};

/** A condition on the series `s`. */
export function ofSeries({ projectId, subproject, recipe, branch }: SeriesFilter) {
  return sql`s.project_id = ${projectId}
    and (${subproject ?? null}::text is null or s.subproject = ${subproject ?? null})
    and (${recipe ?? null}::text is null or s.recipe = ${recipe ?? null})
    and (${branch ?? null}::text is null or s.branch = ${branch ?? null})`;
}
