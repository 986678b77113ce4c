import type { Database } from '@crafting-table/database/connect';
import { findTokenByHash, touchTokens, type TokenRow } from '@crafting-table/database/tokens';
import type { Caller } from '../caller.ts';
import { hashBearer } from './bearer.ts';

export type Authenticator = AsyncDisposable & {
  /** Who holds this bearer, or null. `allowedFrom` says whether the token's own networks admit the peer. */
  authenticate(bearer: string, allowedFrom: (cidrs: string[]) => boolean): Promise<Caller | null>;
  /** Forgets what was looked up: tokens changed, or news of that may have been missed. */
  forget(): void;
};

const LAST_USE_FLUSH_MS = 10_000;
/** A token that was looked up is believed for so long, while this process hears of every change of tokens. */
const BELIEVE_MS = 5000;
const BELIEVED_MAX = 1000;

/**
 * Looks bearers up in Postgres and believes a valid one for a moment, because a look-up on each request would be a third of
 * its cost. A revocation is announced to every API process, which then forgets all it believed; without a connection that
 * hears announcements nothing is believed. Times of last use are gathered and written every ten seconds.
 */
export function createAuthenticator(db: Database, hearsChanges: () => boolean): Authenticator {
  const believed = new Map<string, { token: TokenRow; until: number }>();
  let generation = 0;
  let usedAt = new Map<string, Date>();

  const lookUp = async (bearer: string): Promise<TokenRow | null> => {
    const hash = hashBearer(bearer);
    const key = hash.toString('base64');
    const known = believed.get(key);
    if (known && known.until > Date.now() && hearsChanges()) return known.token;
    const asked = generation;
    const token = await findTokenByHash(db, hash);
    if (believed.size >= BELIEVED_MAX) believed.clear();
    if (!token) believed.delete(key);
    else if (asked === generation) believed.set(key, { token, until: believeUntil(token) });
    return token;
  };

  const flush = async () => {
    if (usedAt.size === 0) return;
    const batch = usedAt;
    usedAt = new Map();
    await touchTokens(db, batch).catch(() => {}); // Postgres is away: a time of last use is not worth a failure.
  };
  const timer = setInterval(flush, LAST_USE_FLUSH_MS).unref();
  return {
    async authenticate(bearer, allowedFrom) {
      const token = await lookUp(bearer);
      if (!token || !isAllowed(token, allowedFrom)) return null;
      usedAt.set(token.id, new Date());
      return { tokenId: token.id, name: token.name, isAdmin: token.is_admin };
    },
    forget() {
      generation += 1;
      believed.clear();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await flush();
    },
  };
}

function believeUntil({ expires_at }: TokenRow): number {
  return Math.min(Date.now() + BELIEVE_MS, expires_at?.getTime() ?? Number.POSITIVE_INFINITY);
}

function isAllowed(token: TokenRow, allowedFrom: (cidrs: string[]) => boolean): boolean {
  return token.ip_cidrs.length === 0 || allowedFrom(token.ip_cidrs);
}
