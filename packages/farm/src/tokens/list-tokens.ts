import type { Token } from '@crafting-table/contracts/admin';
import type { Database } from '@crafting-table/database/connect';
import { listTokens as listTokenRows, type TokenRow } from '@crafting-table/database/tokens';

export async function listTokens(db: Database): Promise<{ tokens: Token[] }> {
  return { tokens: (await listTokenRows(db)).map(showToken) };
}

export function showToken(row: TokenRow): Token {
  return {
    name: row.name,
    is_admin: row.is_admin,
    ip_cidrs: row.ip_cidrs,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}
