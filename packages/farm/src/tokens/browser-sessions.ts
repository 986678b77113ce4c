import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { insertAudit } from '@crafting-table/database/audit';
import { deleteSession, findTokenOfSession, insertSession } from '@crafting-table/database/browser-sessions';
import type { Database } from '@crafting-table/database/connect';
import type { Caller } from '../caller.ts';

/** A working day; after it the bearer is asked for again. */
export const SESSION_SECS = 8 * 3600;

/** Opens a session for a browser and returns the secret that its cookie holds. The bearer itself is kept nowhere. */
export async function openSession(db: Database, caller: Caller): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  await insertSession(db, { hash: hash(secret), tokenId: caller.tokenId, secs: SESSION_SECS });
  await insertAudit(db, { actor: caller.name, action: 'session.open', subject: caller.name });
  return secret;
}

/** Whose session it is, or null. It ends with its token: when that is revoked, has expired, or is used from elsewhere. */
export async function findSession(
  db: Database,
  secret: string,
  allowedFrom: (cidrs: string[]) => boolean,
): Promise<Caller | null> {
  const token = await findTokenOfSession(db, hash(secret));
  if (!token || (token.ip_cidrs.length > 0 && !allowedFrom(token.ip_cidrs))) return null;
  return { tokenId: token.id, name: token.name, isAdmin: token.is_admin };
}

export async function closeSession(db: Database, secret: string): Promise<void> {
  await deleteSession(db, hash(secret));
}

/**
 * What a page of this session sends along with every change, and a page of another site cannot know. It is made from the
 * secret, so nothing has to be stored, and tells nothing about it.
 */
export function csrfTokenOf(secret: string): string {
  return createHash('sha256').update(`csrf ${secret}`).digest('base64url');
}

/** Compares in a time that says nothing about either. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(hash(given), hash(expected));
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
