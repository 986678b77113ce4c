import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { revokeToken as revokeTokenRow } from '@crafting-table/database/tokens';
import { refuse, type Refusal } from '../refusal.ts';

/** Revokes a token; the next request with its bearer is refused, also by other API processes once they heard of it. */
export async function revokeToken(db: Database, actor: string, name: string): Promise<null | Refusal> {
  if (!(await revokeTokenRow(db, name))) return refuse('not_found');
  await insertAudit(db, { actor, action: 'token.revoke', subject: name });
  return null;
}
