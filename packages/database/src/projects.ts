import { sql } from 'kysely';
import type { ProjectBody, Subproject } from '@crafting-table/contracts/project';
import type { ProjectRetention } from '@crafting-table/contracts/project-retention';
import type { Database } from './connect.ts';
import { lockJobs } from './jobs/lock-jobs.ts';
import type { GitCredentials } from './schema.ts';

export type ProjectRow = {
  id: string;
  name: string;
  owner: string;
  git_url: string;
  git_credentials: GitCredentials | null;
  default_branch: string;
  languages: string[];
  subprojects: Subproject[];
  schedule: NonNullable<ProjectBody['schedule']> | null;
  notify: NonNullable<ProjectBody['notify']> | null;
  retention: ProjectRetention | null;
  created_at: Date;
  updated_at: Date;
};

export type ProjectValues = Omit<ProjectRow, 'created_at' | 'updated_at' | 'retention'> & {
  retention?: ProjectRetention | null;
};

/** Whose things a caller may see: null means everybody's. */
export type Owner = string | null;

/** Returns null when the name is taken. */
export async function insertProject(db: Database, project: ProjectValues): Promise<ProjectRow | null> {
  const row = await db
    .insertInto('projects')
    .values({ id: project.id, owner: project.owner, ...writable(project) })
    .onConflict((conflict) => conflict.column('name').where('removed_at', 'is', null).doNothing())
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

export async function findProject(db: Database, name: string, owner: Owner): Promise<ProjectRow | null> {
  const found = await sql<ProjectRow>`
    select * from projects where name = ${name} and removed_at is null
    and (${owner}::text is null or owner = ${owner})`.execute(db);
  return found.rows[0] ?? null;
}

export async function findProjectById(db: Database, id: string): Promise<ProjectRow | null> {
  const row = await db
    .selectFrom('projects')
    .selectAll()
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

export async function listProjects(db: Database, owner: Owner): Promise<ProjectRow[]> {
  let query = db.selectFrom('projects').selectAll().where('removed_at', 'is', null).orderBy('name');
  if (owner !== null) query = query.where('owner', '=', owner);
  return query.execute();
}

/** `name_taken` when it was renamed to a name in use, null when it is gone. */
export async function updateProject(
  db: Database,
  project: Omit<ProjectValues, 'owner'>,
): Promise<ProjectRow | 'name_taken' | null> {
  try {
    const row = await db
      .updateTable('projects')
      .set({ ...writable(project), updated_at: new Date() })
      .where('id', '=', project.id)
      .where('removed_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    return row ?? null;
  } catch (error) {
    if (isUniqueViolation(error)) return 'name_taken';
    throw error;
  }
}

/**
 * Hides a project from everyone, cancels what of it is queued and asks for the cancel of what runs. The rows go when
 * nothing of it runs any more: see deleteRemovedProjects.
 */
export async function removeProject(db: Database, id: string): Promise<void> {
  await sql`
    with gone as (update projects set removed_at = now() where id = ${id} and removed_at is null returning id),
    locked as materialized (${lockJobs(sql`project_id in (select id from gone) and status in ('queued', 'running')`)}),
    asked as (
      update jobs set status = case status when 'queued' then 'cancelled' else status end,
        reason = case status when 'queued' then 'cancelled' else reason end,
        detail = case status when 'queued' then 'the project was removed' else detail end,
        finished_at = case status when 'queued' then now() else finished_at end,
        cancel_requested_at = coalesce(cancel_requested_at, now()),
        cancel_reason = coalesce(cancel_reason, 'the project was removed')
      where id in (select id from locked)
      returning id, attempt, status)
    select pg_notify('crafting_cancel', id || '.' || attempt) from asked where status = 'running'`.execute(
    db,
  );
}

const JOBS_DELETED_PER_PASS = 500;

/**
 * One pass over removed projects: deletes some of their jobs, then those that have none, and none of whose schedules is left in the
 * queue. Returns how many rows went. What is still queued came in at the very moment of the removal and goes too.
 */
export async function deleteRemovedProjects(db: Database): Promise<number> {
  const jobs = await sql`
    with locked as materialized (
      select jobs.id from jobs join projects on projects.id = jobs.project_id
      where projects.removed_at is not null and jobs.status <> 'running'
      order by jobs.id limit ${JOBS_DELETED_PER_PASS} for update of jobs)
    delete from jobs using locked where jobs.id = locked.id`.execute(db);
  const projects = await sql`
    delete from projects where removed_at is not null
    and not exists (select from jobs where jobs.project_id = projects.id)
    and not exists (select from schedules where schedules.project_id = projects.id)`.execute(db);
  return Number(jobs.numAffectedRows ?? 0) + Number(projects.numAffectedRows ?? 0);
}

/** Ids of the projects that exist, for the collector of mirrors and caches. */
export async function listProjectIds(db: Database): Promise<Set<string>> {
  const rows = await db.selectFrom('projects').select('id').execute();
  return new Set(rows.map((row) => row.id));
}

export async function countProjects(db: Database): Promise<number> {
  const row = await db
    .selectFrom('projects')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}

function writable(project: Omit<ProjectValues, 'owner'>) {
  return {
    name: project.name,
    git_url: project.git_url,
    git_credentials: project.git_credentials && JSON.stringify(project.git_credentials),
    default_branch: project.default_branch,
    languages: project.languages,
    subprojects: JSON.stringify(project.subprojects),
    schedule: project.schedule && JSON.stringify(project.schedule),
    notify: project.notify && JSON.stringify(project.notify),
    retention: project.retention ? JSON.stringify(project.retention) : null,
    has_schedules: false, // They are made anew from this.
  };
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505';
}
