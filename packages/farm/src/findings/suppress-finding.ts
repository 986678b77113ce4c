import type { Acceptance, SuppressBody } from '@crafting-table/contracts/finding-lists';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { findProject } from '@crafting-table/database/projects';
import { acceptFinding } from '@crafting-table/database/series/acceptances';
import { visibleTo, type Caller } from '../caller.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { showAcceptance } from './show-finding.ts';

/** A person accepts a finding, in every series of the project; the caller is the author. */
export async function suppressFinding(
  db: Database,
  caller: Caller,
  of: { name: string; fingerprint: string },
  { reason, until: untilText }: SuppressBody,
): Promise<Acceptance | Refusal> {
  const project = await findProject(db, of.name, visibleTo(caller));
  if (!project) return refuse('not_found');
  const until = untilText === undefined ? null : new Date(untilText);
  if (until !== null && until <= new Date()) return refuseUntil();
  const { fingerprint } = of;
  const given = { projectId: project.id, fingerprint, reason, author: caller.name, until };
  const row = await acceptFinding(db, given);
  if (row === null) return refuse('not_found');
  await insertAudit(db, {
    actor: caller.name,
    action: 'finding.suppress',
    subject: `${project.name}/${fingerprint}`,
    detail: { reason, until },
  });
  return showAcceptance(row);
}

function refuseUntil(): Refusal {
  const message = 'must be in the future';
  return refuse('invalid_input', `body.until: ${message}`, [{ path: 'body.until', message }]);
}
