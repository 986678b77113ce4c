import type { RemovedThings } from '@crafting-table/contracts/retention';
import { insertAudit, replaceAuditDetail } from '@crafting-table/database/audit';
import type { Connection } from '@crafting-table/database/connect';

/** Who removes what is removed without anybody asking for it. */
export const RETENTION_ACTOR = 'retention';

/** The subject of what is of no project. */
const WHOLE_FARM = 'farm';

/** Says in the audit log what went. Returns the id of the entry. */
export function noteRemoved(db: Connection, actor: string, things: RemovedThings): Promise<number> {
  const { kind, project } = things;
  const subject = project ?? WHOLE_FARM;
  return insertAudit(db, { actor, action: `retention.${kind}`, subject, detail: detailOf(things) });
}

/** The entry says that more of it went. */
export function noteMoreRemoved(db: Connection, entryId: number, things: RemovedThings): Promise<void> {
  return replaceAuditDetail(db, entryId, detailOf(things));
}

function detailOf({ worker, count, bytes }: RemovedThings): Record<string, unknown> {
  return { count, ...(bytes !== null && { bytes }), ...(worker !== null && { worker }) };
}
