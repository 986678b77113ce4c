import { sql } from 'kysely';
import type { ProjectRetention } from '@crafting-table/contracts/project-retention';
import type { Database } from './connect.ts';

/** Takes the next round of retention when it is due: true in one process only. A farm that was just made waits for the first. */
export async function takeRetentionRound(db: Database, everySecs: number): Promise<boolean> {
  const taken = await sql`
    update sweep set retained_at = now()
    where retained_at < now() - make_interval(secs => ${everySecs})`.execute(db);
  return taken.numAffectedRows === 1n;
}

/** Whether anything of it runs at this moment. */
export async function isProjectBusy(db: Database, projectId: string): Promise<boolean> {
  const found =
    await sql`select from jobs where project_id = ${projectId} and status = 'running' limit 1`.execute(db);
  return found.rows.length > 0;
}

export type ProjectKeeping = {
  id: string;
  name: string;
  retention: ProjectRetention | null;
  isBusy: boolean;
};

/** What each project keeps, and whether anything of it runs at this moment. */
export async function listProjectKeeping(db: Database): Promise<ProjectKeeping[]> {
  const found = await sql<ProjectKeeping>`
    select id, name, retention, exists (
      select from jobs where jobs.project_id = projects.id and jobs.status = 'running') as "isBusy"
    from projects where removed_at is null`.execute(db);
  return found.rows;
}
