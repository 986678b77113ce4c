import type { JobPage, JobQuery } from '@crafting-table/contracts/job';
import type { Database } from '@crafting-table/database/connect';
import { listJobs as listJobRows } from '@crafting-table/database/jobs/list-jobs';
import { findProject } from '@crafting-table/database/projects';
import { visibleTo, type Caller } from '../caller.ts';
import { decodeCursor, encodeCursor, UUID_SHAPE } from '../cursor.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { showJob } from './show-job.ts';

/** A filter on a project that the caller cannot see finds nothing, exactly like one on a project that is not there. */
export async function listJobs(db: Database, caller: Caller, query: JobQuery): Promise<JobPage | Refusal> {
  const before = query.cursor === undefined ? null : decodeCursor('jobs', query.cursor, UUID_SHAPE);
  if (before === null && query.cursor !== undefined) return refuse('invalid_cursor');
  const owner = visibleTo(caller);
  const project = query.project === undefined ? null : await findProject(db, query.project, owner);
  if (query.project !== undefined && !project) return { jobs: [], next_cursor: null };
  const rows = await listJobRows(db, {
    owner,
    projectId: project?.id ?? null,
    status: query.status ?? null,
    recipe: query.recipe ?? null,
    limit: query.limit + 1,
    before,
  });
  const page = rows.slice(0, query.limit);
  return {
    jobs: page.map(showJob),
    next_cursor: rows.length > query.limit ? encodeCursor('jobs', page.at(-1)!.id) : null,
  };
}
