import type { CookieOptions, Request } from 'express';
import { SESSION_SECS } from '@crafting-table/farm/tokens/browser-sessions';

export const QUEUES_PATH = '/admin/queues';

/** The session's secret; no script reads it, no other site makes the browser send it. */
export const SESSION_COOKIE = 'crafting_session';
/** Beside the form of the log-in page, which has no session yet. */
export const LOGIN_COOKIE = 'crafting_login';
/** The dashboard's own script sends it back in the header of the same name, as axios does if not told otherwise. */
export const CSRF_COOKIE = 'XSRF-TOKEN';
export const CSRF_HEADER = 'x-xsrf-token';

export function cookieOptions(request: Request): CookieOptions {
  return {
    httpOnly: true,
    sameSite: 'strict',
    path: QUEUES_PATH,
    secure: request.secure, // On a LAN without TLS a cookie marked as secure would never come back.
    maxAge: SESSION_SECS * 1000,
  };
}

/** The value of a cookie of the request; the first one of that name. */
export function readCookie(request: Request, name: string): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined && /^[A-Za-z0-9_-]{1,100}$/.test(value)) return value;
  }
  return null;
}
