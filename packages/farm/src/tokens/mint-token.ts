import type { MintedToken, TokenBody } from '@crafting-table/contracts/admin';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { insertToken } from '@crafting-table/database/tokens';
import { newId } from '../new-id.ts';
import { refuse, type Refusal } from '../refusal.ts';
import { hashBearer, newBearer } from './bearer.ts';
import { showToken } from './list-tokens.ts';

/** Mints a token. The bearer is in this answer and nowhere else. */
export async function mintToken(
  db: Database,
  actor: string,
  body: TokenBody,
): Promise<MintedToken | Refusal> {
  const bearer = newBearer();
  const token = await insertToken(db, {
    id: newId(),
    name: body.name,
    hash: hashBearer(bearer),
    is_admin: body.is_admin,
    ip_cidrs: body.ip_cidrs,
    expires_at: body.expires_at ? new Date(body.expires_at) : null,
  });
  if (!token) return refuse('name_taken', `There is a token named ${body.name} already; revoke it first.`);
  await insertAudit(db, {
    actor,
    action: 'token.mint',
    subject: body.name,
    detail: { is_admin: body.is_admin, ip_cidrs: body.ip_cidrs, expires_at: body.expires_at ?? null },
  });
  return { ...showToken(token), bearer };
}
