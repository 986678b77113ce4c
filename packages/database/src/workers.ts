import { sql } from 'kysely';
import type { Containment, Recipe } from '@crafting-table/contracts/words';
import type { Connection, Database } from './connect.ts';
import type { Owner } from './projects.ts';

export type WorkerRow = {
  id: string;
  name: string;
  version: string;
  slots: number;
  busy: number;
  containment: Containment;
  draining: boolean;
  blocked: string | null;
  started_at: Date;
  seen_at: Date;
  drain_requested_at: Date | null;
  rss_bytes: number | null;
};

export type NewWorker = Pick<WorkerRow, 'id' | 'name' | 'version' | 'slots' | 'containment'>;

export async function registerWorker(db: Database, worker: NewWorker): Promise<void> {
  await db
    .insertInto('workers')
    .values(worker)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen_at: new Date() }))
    .execute();
}

export async function unregisterWorker(db: Database, id: string): Promise<void> {
  await db.deleteFrom('workers').where('id', '=', id).execute();
}

/** Workers that gave a sign of life within the last `seconds`. */
export async function listLiveWorkers(db: Database, seconds: number): Promise<WorkerRow[]> {
  const found = await sql<WorkerRow>`
    select * from workers where seen_at > now() - make_interval(secs => ${seconds}) order by name, id`.execute(
    db,
  );
  return found.rows;
}

/** All there are, those that were silent for long as well: they are forgotten after an hour. */
export async function listWorkers(
  db: Database,
  aliveSecs: number,
): Promise<(WorkerRow & { alive: boolean })[]> {
  const found = await sql<WorkerRow & { alive: boolean }>`
    select *, seen_at > now() - make_interval(secs => ${aliveSecs}) as alive from workers order by name, id`.execute(
    db,
  );
  return found.rows;
}

/**
 * Says whether a worker is to take nothing new; its row tells it at the next renewal of its leases, the notice at once. Null
 * when there is no such worker.
 */
export async function requestDrain(db: Connection, id: string, isWanted: boolean): Promise<WorkerRow | null> {
  const found = await sql<WorkerRow>`
    with asked as (
      update workers set drain_requested_at = case when ${isWanted} then coalesce(drain_requested_at, now()) end
      where id = ${id} returning *)
    select asked.*, pg_notify('crafting_worker', id || '.0') from asked`.execute(db);
  return found.rows[0] ?? null;
}

export type WorkerAttempt = {
  worker_id: string;
  job_id: string;
  attempt: number;
  project: string;
  subproject: string;
  recipe: Recipe;
  claimed_at: Date;
};

/** What runs where; only the owner's things, or everybody's when that is null. */
export async function listRunningAttempts(db: Database, owner: Owner): Promise<WorkerAttempt[]> {
  const found = await sql<WorkerAttempt>`
    select j.worker_id, j.id as job_id, j.attempt, p.name as project, j.subproject, j.recipe, j.claimed_at
    from jobs j join projects p on p.id = j.project_id and p.removed_at is null
    where j.status = 'running' and (${owner}::text is null or j.owner = ${owner})
    order by j.claimed_at, j.id`.execute(db);
  return found.rows;
}

export async function deleteDeadWorkers(db: Database, seconds: number): Promise<void> {
  await sql`delete from workers where seen_at < now() - make_interval(secs => ${seconds})`.execute(db);
}
