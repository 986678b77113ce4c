import type { Project } from '@crafting-table/contracts/project';
import type { ScheduleView } from '@crafting-table/contracts/schedule';
import type { Database } from '@crafting-table/database/connect';
import {
  findProject,
  listProjects as listProjectRows,
  type ProjectRow,
} from '@crafting-table/database/projects';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { listSchedules } from '../schedules/list-schedules.ts';

export async function getProject(
  db: Database,
  caller: Caller,
  name: string,
): Promise<(Project & { schedules: ScheduleView[] }) | Refusal> {
  const row = await findProject(db, name, visibleTo(caller));
  if (!row) return refuse('not_found');
  return { ...showProject(row), ...(await listSchedules(db, caller, row.name)) };
}

export async function listProjects(db: Database, caller: Caller): Promise<{ projects: Project[] }> {
  return { projects: (await listProjectRows(db, visibleTo(caller))).map(showProject) };
}

/** The stored URL has no credentials, so nothing here can give them back. */
export function showProject(row: ProjectRow): Project {
  return {
    name: row.name,
    owner: row.owner,
    git_url: row.git_url,
    default_branch: row.default_branch,
    languages: row.languages,
    subprojects: row.subprojects,
    ...(row.schedule && { schedule: row.schedule }),
    ...(row.notify && { notify: row.notify }),
    ...(row.retention && { retention: row.retention }),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
