import type { Database } from '@crafting-table/database/connect';
import { findTokenByHash, touchTokens, type TokenRow } from '@crafting-table/database/tokens';
import type { Caller } from '../caller.ts';
import { hashBearer } from './bearer.ts';

export type Authenticator = AsyncDisposable & {
  /** Who holds this bearer, or null. `allowedFrom` says whether the token's own networks admit the peer. */
  authenticate(bearer: string, allowedFrom: (cidrs: string[]) => boolean): Promise<Caller | null>;
};

const LAST_USE_FLUSH_MS = 10_000;

/**
 * Every request asks Postgres, so a revoked bearer stops working at once in every API process. Times of last use are
 * gathered and written every ten seconds, which keeps a write off each request.
 */
export function createAuthenticator(db: Database): Authenticator {
  let usedAt = new Map<string, Date>();
  const flush = async () => {
    if (usedAt.size === 0) return;
    const batch = usedAt;
    usedAt = new Map();
    await touchTokens(db, batch).catch(() => {}); // Postgres is away: a time of last use is not worth a failure.
  };
  const timer = setInterval(flush, LAST_USE_FLUSH_MS).unref();
  return {
    async authenticate(bearer, allowedFrom) {
      const token = await findTokenByHash(db, hashBearer(bearer));
      if (!token || !isAllowed(token, allowedFrom)) return null;
      usedAt.set(token.id, new Date());
      return { tokenId: token.id, name: token.name, isAdmin: token.is_admin };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await flush();
    },
  };
}

function isAllowed(token: TokenRow, allowedFrom: (cidrs: string[]) => boolean): boolean {
  return token.ip_cidrs.length === 0 || allowedFrom(token.ip_cidrs);
}
