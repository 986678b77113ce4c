import { sql } from 'kysely';
import type { Database } from './connect.ts';

export type TokenRow = {
  id: string;
  name: string;
  is_admin: boolean;
  ip_cidrs: string[];
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
};

const COLUMNS = ['id', 'name', 'is_admin', 'ip_cidrs', 'created_at', 'expires_at', 'last_used_at'] as const;

/** Returns null when a token of this name is in force. */
export async function insertToken(
  db: Database,
  token: {
    id: string;
    name: string;
    hash: Buffer;
    is_admin: boolean;
    ip_cidrs: string[];
    expires_at: Date | null;
  },
): Promise<TokenRow | null> {
  const row = await db
    .insertInto('tokens')
    .values(token)
    .onConflict((conflict) => conflict.column('name').where('revoked_at', 'is', null).doNothing())
    .returning(COLUMNS)
    .executeTakeFirst();
  return row ?? null;
}

/** The token whose bearer has this SHA-256, if it is neither revoked nor expired. */
export async function findTokenByHash(db: Database, hash: Buffer): Promise<TokenRow | null> {
  const found = await sql<TokenRow>`
    select id, name, is_admin, ip_cidrs, created_at, expires_at, last_used_at from tokens
    where hash = ${hash} and revoked_at is null and (expires_at is null or expires_at > now())`.execute(db);
  return found.rows[0] ?? null;
}

export async function listTokens(db: Database): Promise<TokenRow[]> {
  return db.selectFrom('tokens').select(COLUMNS).where('revoked_at', 'is', null).orderBy('name').execute();
}

/** Announces it to every API process. False when there is no token of this name in force. */
export async function revokeToken(db: Database, name: string): Promise<boolean> {
  const revoked = await sql`
    with revoked as (update tokens set revoked_at = now() where name = ${name} and revoked_at is null returning id)
    select pg_notify('crafting_token', id || '.0') from revoked`.execute(db);
  return revoked.rows.length > 0;
}

export async function countAdminTokens(db: Database): Promise<number> {
  const row = await db
    .selectFrom('tokens')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('is_admin', '=', true)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Writes down when tokens were last used, all in one statement. */
export async function touchTokens(db: Database, usedAt: Map<string, Date>): Promise<void> {
  const ids = [...usedAt.keys()];
  const times = [...usedAt.values()];
  await sql`
    update tokens set last_used_at = greatest(last_used_at, used.at)
    from unnest(${ids}::uuid[], ${times}::timestamptz[]) as used (id, at) where tokens.id = used.id`.execute(
    db,
  );
}
