// Mirrors and caches on the hosts of the workers, as those measured them last: what a dry run of retention looks at.
import { sql } from 'kysely';
import type { Database } from './connect.ts';

export type MeasuredFolder = {
  kind: 'mirror' | 'cache';
  projectId: string;
  bytes: number;
  usedAt: Date;
};

/** Replaces what a worker said before. One that is not registered (any more) says nothing. */
export async function replaceFolders(
  db: Database,
  workerId: string,
  folders: readonly MeasuredFolder[],
): Promise<void> {
  await sql`
    with worker as (select id from workers where id = ${workerId} for share),
    gone as (
      delete from folders where worker_id = ${workerId} and (kind, project_id) not in (
        select * from unnest(${folders.map((each) => each.kind)}::text[], ${folders.map((each) => each.projectId)}::uuid[])))
    insert into folders (worker_id, kind, project_id, bytes, used_at)
    select worker.id, f.kind, f.project_id, f.bytes, f.used_at
    from worker, unnest(${folders.map((each) => each.kind)}::text[], ${folders.map((each) => each.projectId)}::uuid[],
      ${folders.map((each) => each.bytes)}::bigint[], ${folders.map((each) => each.usedAt)}::timestamptz[])
      as f (kind, project_id, bytes, used_at)
    on conflict (worker_id, kind, project_id) do update
      set bytes = excluded.bytes, used_at = excluded.used_at, measured_at = now()`.execute(db);
}

export type KnownFolder = MeasuredFolder & { worker: string; project: string | null };

/**
 * `project` is null for one that is gone. A worker that was killed and started again has two rows for an hour, and what the first one
 * measured are the folders that the second one did: of a name, the one that measured last counts.
 */
export async function listFolders(db: Database, projectId: string | null = null): Promise<KnownFolder[]> {
  const found = await sql<KnownFolder>`
    with newest as (
      select distinct on (name) id, name from workers join folders on worker_id = id order by name, measured_at desc)
    select f.kind, f.project_id as "projectId", f.bytes, f.used_at as "usedAt", w.name as worker, p.name as project
    from folders f join newest w on w.id = f.worker_id
    left join projects p on p.id = f.project_id and p.removed_at is null
    where ${projectId}::uuid is null or f.project_id = ${projectId}
    order by w.name, f.kind, f.project_id`.execute(db);
  return found.rows;
}
