import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { findProject } from '@crafting-table/database/projects';
import { liftAcceptance } from '@crafting-table/database/series/acceptances';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';

/** Takes an acceptance back before it is over. */
export async function liftSuppression(
  db: Database,
  caller: Caller,
  { name, fingerprint }: { name: string; fingerprint: string },
): Promise<null | Refusal> {
  const project = await findProject(db, name, visibleTo(caller));
  if (!project) return refuse('not_found');
  if (!(await liftAcceptance(db, { projectId: project.id, fingerprint }))) return refuse('not_found');
  const subject = `${project.name}/${fingerprint}`;
  await insertAudit(db, { actor: caller.name, action: 'finding.lift', subject });
  return null;
}
