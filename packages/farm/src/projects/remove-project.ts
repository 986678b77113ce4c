import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { findProject, removeProject as removeProjectRow } from '@crafting-table/database/projects';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';

/**
 * Removes a project. From the answer on nobody sees it and its name is free; what of it runs is being cancelled, and the
 * sweep deletes jobs, logs and findings once nothing does.
 */
export async function removeProject(db: Database, caller: Caller, name: string): Promise<null | Refusal> {
  const project = await findProject(db, name, visibleTo(caller));
  if (!project) return refuse('not_found');
  await removeProjectRow(db, project.id);
  await insertAudit(db, { actor: caller.name, action: 'project.remove', subject: project.name });
  return null;
}
