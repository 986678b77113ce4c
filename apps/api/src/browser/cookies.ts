import type { CookieOptions, Request, Response } from 'express';
import type { Caller } from '@crafting-table/farm/caller';
import { csrfTokenOf, SESSION_SECS } from '@crafting-table/farm/tokens/browser-sessions';
import { QUEUES_PATH } from './paths.ts';

/** The session's secret; no script reads it, no other site makes the browser send it. */
export const SESSION_COOKIE = 'crafting_session';
/** Beside the form of the log-in page, which has no session yet. */
export const LOGIN_COOKIE = 'crafting_login';
/** The dashboard's own script sends it back in the header of the same name, as axios does if not told otherwise. */
const CSRF_COOKIE = 'XSRF-TOKEN';
export const CSRF_HEADER = 'x-xsrf-token';

/** Only the dashboard changes things, and only admins see it: nobody else needs the proof that goes with a change. */
export function setSession(response: Response, secret: string, { isAdmin }: Caller): void {
  response.cookie(SESSION_COOKIE, secret, optionsFor(response.req));
  if (isAdmin) response.cookie(CSRF_COOKIE, csrfTokenOf(secret), csrfOptionsFor(response.req));
  else response.clearCookie(CSRF_COOKIE, csrfOptionsFor(response.req));
}

export function clearSession(response: Response): void {
  response.clearCookie(SESSION_COOKIE, optionsFor(response.req));
  response.clearCookie(CSRF_COOKIE, csrfOptionsFor(response.req));
}

/** Unlike the session it comes along with links of other sites: of many links of a mail, opened at once, each page's form works. */
export function setLoginCookie(response: Response, csrf: string): void {
  response.cookie(LOGIN_COOKIE, csrf, { ...optionsFor(response.req), sameSite: 'lax' });
}

/** The value of a cookie of the request; the first one of that name. */
export function readCookie(request: Request, name: string): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined && /^[A-Za-z0-9_-]{1,100}$/.test(value)) return value;
  }
  return null;
}

function optionsFor(request: Request): CookieOptions {
  return {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: request.secure, // On a LAN without TLS a cookie marked as secure would never come back.
    maxAge: SESSION_SECS * 1000,
  };
}

function csrfOptionsFor(request: Request): CookieOptions {
  return { ...optionsFor(request), path: QUEUES_PATH, httpOnly: false };
}
