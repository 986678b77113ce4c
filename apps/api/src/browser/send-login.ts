import { randomBytes } from 'node:crypto';
import type { Response } from 'express';
import { BEARER_CHALLENGE } from '../http/send-problem.ts';
import { LOGIN_COOKIE, readCookie, setLoginCookie } from './cookies.ts';
import { loginPage, type LoginTrouble } from './login-page.ts';
import { sendSmallPage } from './small-page.ts';

/** Sends the log-in page in the place of the page `to`. */
export function sendLogin(
  response: Response,
  { status, to, trouble = null }: { status: 200 | 401 | 403; to: string; trouble?: LoginTrouble | null },
): void {
  const csrf = readCookie(response.req, LOGIN_COOKIE) ?? randomBytes(32).toString('base64url');
  setLoginCookie(response, csrf);
  if (status === 401) response.set('WWW-Authenticate', BEARER_CHALLENGE);
  sendSmallPage(response, status, loginPage({ csrf, to, trouble }));
}
