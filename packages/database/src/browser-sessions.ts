import { sql } from 'kysely';
import type { Database } from './connect.ts';
import type { TokenRow } from './tokens.ts';

export async function insertSession(
  db: Database,
  session: { hash: Buffer; tokenId: string; secs: number },
): Promise<void> {
  await sql`
    insert into browser_sessions (hash, token_id, expires_at)
    values (${session.hash}, ${session.tokenId}, now() + make_interval(secs => ${session.secs}))`.execute(db);
}

/** The token that opened a session, as long as both are in force. */
export async function findTokenOfSession(db: Database, hash: Buffer): Promise<TokenRow | null> {
  const found = await sql<TokenRow>`
    select t.id, t.name, t.is_admin, t.ip_cidrs, t.created_at, t.expires_at, t.last_used_at
    from browser_sessions s join tokens t on t.id = s.token_id
    where s.hash = ${hash} and s.expires_at > now() and t.revoked_at is null
      and (t.expires_at is null or t.expires_at > now())`.execute(db);
  return found.rows[0] ?? null;
}

export async function deleteSession(db: Database, hash: Buffer): Promise<void> {
  await sql`delete from browser_sessions where hash = ${hash}`.execute(db);
}

export async function deleteOldSessions(db: Database): Promise<void> {
  await sql`delete from browser_sessions where expires_at < now()`.execute(db);
}
