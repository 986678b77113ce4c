import { sql } from 'kysely';
import type { Containment } from '@crafting-table/contracts/words';
import type { Database } from './connect.ts';

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

export async function deleteDeadWorkers(db: Database, seconds: number): Promise<void> {
  await sql`delete from workers where seen_at < now() - make_interval(secs => ${seconds})`.execute(db);
}
