import { sql } from 'kysely';
import { JOB_STATUSES, RECIPES, type JobStatus, type Recipe } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import type { Owner } from '../projects.ts';
import { JOB_COLUMNS, JOB_JOINS, type JobRow } from './job-row.ts';

export type JobFilter = {
  owner: Owner;
  projectId: string | null;
  status: JobStatus | null;
  recipe: Recipe | null;
  limit: number;
  /** The id the page before ended with; ids are made in the order of time. */
  before: string | null;
};

/**
 * One page of jobs, newest first. Every filter is answered by merging at most twenty index runs, one for each recipe
 * and status that may match, so a page costs the same whatever is filtered and however many jobs are kept. Jobs of removed
 * projects are left out inside the runs: taken out afterwards, they would make a page look like the last one.
 */
export async function listJobs(db: Database, filter: JobFilter): Promise<JobRow[]> {
  const recipes = filter.recipe ? [filter.recipe] : RECIPES;
  const statuses = filter.status ? [filter.status] : JOB_STATUSES;
  const scope = filter.projectId
    ? sql`project_id = ${filter.projectId}`
    : filter.owner === null
      ? sql`true`
      : sql`owner = ${filter.owner}`;
  const before = filter.before === null ? sql`true` : sql`id < ${filter.before}`;
  const found = await sql<JobRow>`
    select ${JOB_COLUMNS} from (
      select run.* from unnest(${recipes}::text[]) r, unnest(${statuses}::text[]) s, lateral (
        select * from jobs where ${scope} and recipe = r and status = s and ${before}
          and project_id <> all (array(select id from projects where removed_at is not null))
        order by id desc nulls last limit ${filter.limit}) run
      order by run.id desc limit ${filter.limit}) j ${JOB_JOINS}
    where ${filter.owner}::text is null or j.owner = ${filter.owner}
    order by j.id desc`.execute(db);
  return found.rows;
}
