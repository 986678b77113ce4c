import { sql } from 'kysely';
import type { FindingSummary } from '@crafting-table/contracts/finding-life';
import type { RecipeSnapshot } from '@crafting-table/contracts/job';
import type { JobStatus, Reason, Recipe } from '@crafting-table/contracts/words';

/** A job as the verbs see it: its own row, the name of its project and the worker of its newest attempt. */
export type JobRow = {
  id: string;
  project_id: string;
  project: string;
  owner: string;
  recipe: Recipe;
  subproject: string;
  ref: string | null;
  sha: string | null;
  recipe_snapshot: RecipeSnapshot;
  priority: number;
  turn: number;
  status: JobStatus;
  reason: Reason | null;
  exit_code: number | null;
  detail: string | null;
  attempt: number;
  worker: string | null;
  findings_count: number;
  findings_summary: FindingSummary | null;
  queued_at: Date;
  claimed_at: Date | null;
  started_at: Date | null;
  finished_at: Date | null;
  deadline_at: Date | null;
  cancel_requested_at: Date | null;
  cancel_reason: string | null;
};

export const JOB_COLUMNS = sql`
  j.id, j.project_id, p.name as project, j.owner, j.recipe, j.subproject, j.ref, j.sha, j.recipe_snapshot, j.priority,
  j.turn, j.status, j.reason, j.exit_code, j.detail, j.attempt, a.worker, j.findings_count, j.findings_summary, j.queued_at, j.claimed_at,
  j.started_at, j.finished_at, j.deadline_at, j.cancel_requested_at, j.cancel_reason`;

/** Joins what JOB_COLUMNS needs to a relation `j` of jobs; a removed project takes its jobs out of sight. */
export const JOB_JOINS = sql`
  join projects p on p.id = j.project_id and p.removed_at is null
  left join attempts a on a.job_id = j.id and a.number = j.attempt`;
