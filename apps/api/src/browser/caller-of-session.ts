import type { Request } from 'express';
import type { Database } from '@crafting-table/database/connect';
import type { Caller } from '@crafting-table/farm/caller';
import { findSession } from '@crafting-table/farm/tokens/browser-sessions';
import { allowedFrom } from '../http/guards.ts';
import { readCookie, SESSION_COOKIE } from './cookies.ts';

/** Who is logged in in the browser that sends a request; null when nobody is. */
export async function callerOfSession(db: Database, request: Request): Promise<Caller | null> {
  const secret = readCookie(request, SESSION_COOKIE);
  return secret === null ? null : await findSession(db, secret, allowedFrom(request));
}
