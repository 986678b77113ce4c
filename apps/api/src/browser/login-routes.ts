// Where a browser logs in and out: a bearer becomes a session in a strict cookie.
import express, { Router, type Request, type RequestHandler } from 'express';
import type { Database } from '@crafting-table/database/connect';
import type { Caller } from '@crafting-table/farm/caller';
import type { Authenticator } from '@crafting-table/farm/tokens/authenticate';
import { closeSession, csrfTokenOf, isSame, openSession } from '@crafting-table/farm/tokens/browser-sessions';
import { allowedFrom } from '../http/guards.ts';
import { nameRoute } from '../http/open-request.ts';
import { clearSession, LOGIN_COOKIE, readCookie, SESSION_COOKIE, setSession } from './cookies.ts';
import { isForAdmins, logoutPage } from './login-page.ts';
import { refuseForgery, refuseOtherSites } from './own-origin.ts';
import { ownPath } from './own-path.ts';
import { LOGIN_PATH, LOGOUT_PATH } from './paths.ts';
import { sendLogin } from './send-login.ts';
import { sendSmallPage } from './small-page.ts';

export type LoginParts = { db: Database; authenticator: Authenticator };

/** A bearer and a path, as a form writes them. */
const FORM_BYTES_MAX = 8192;

export function loginRoutes(parts: LoginParts): Router {
  const router = Router();
  const readForm = express.urlencoded({ extended: false, limit: FORM_BYTES_MAX, parameterLimit: 10 });
  router.use([LOGIN_PATH, LOGOUT_PATH], (_request, response, next) => {
    nameRoute(response, 'login');
    response.set('Cache-Control', 'no-store');
    next();
  });
  router.get(LOGIN_PATH, ({ query }, response) =>
    sendLogin(response, { status: 200, to: ownPath(query['to']) }),
  );
  router.post(LOGIN_PATH, refuseOtherSites, readForm, logIn(parts));
  router.get(LOGOUT_PATH, showLogout);
  router.post(LOGOUT_PATH, refuseOtherSites, readForm, logOut(parts));
  return router;
}

function logIn({ db, authenticator }: LoginParts): RequestHandler {
  return async (request, response) => {
    const to = ownPath(fieldOf(request, 'to'));
    const expected = readCookie(request, LOGIN_COOKIE);
    // A page of another site could otherwise log a browser in under a name that its user does not know of.
    const isOwnForm = expected !== null && isSame(fieldOf(request, 'csrf'), expected);
    if (!isOwnForm) return sendLogin(response, { status: 401, to, trouble: 'stale' });
    const caller = await callerOfForm(authenticator, request);
    const isWelcome = caller !== null && (caller.isAdmin || !isForAdmins(to));
    if (!isWelcome) return sendLogin(response, { status: 401, to, trouble: 'wrong' });
    setSession(response, await openSession(db, caller), caller);
    response.redirect(303, to);
  };
}

async function callerOfForm(authenticator: Authenticator, request: Request): Promise<Caller | null> {
  const bearer = fieldOf(request, 'bearer').trim().slice(0, 300);
  return bearer ? await authenticator.authenticate(bearer, allowedFrom(request)) : null;
}

const showLogout: RequestHandler = (request, response) => {
  const secret = readCookie(request, SESSION_COOKIE);
  if (secret === null) return response.redirect(303, LOGIN_PATH);
  sendSmallPage(response, 200, logoutPage({ csrf: csrfTokenOf(secret) }));
};

function logOut({ db }: LoginParts): RequestHandler {
  return async (request, response) => {
    const secret = readCookie(request, SESSION_COOKIE);
    const isOwnForm = secret !== null && isSame(fieldOf(request, 'csrf'), csrfTokenOf(secret));
    if (!isOwnForm) return refuseForgery(response);
    await closeSession(db, secret);
    clearSession(response);
    response.redirect(303, LOGIN_PATH);
  };
}

function fieldOf(request: Request, name: string): string {
  const value: unknown = request.body?.[name];
  return typeof value === 'string' ? value : '';
}
