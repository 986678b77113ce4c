// The queue dashboard behind the admin bearer: a page to log in, a session in a strict cookie, and then bull-board.
import { randomBytes } from 'node:crypto';
import express, { Router, type Request, type RequestHandler, type Response } from 'express';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import type { Caller } from '@crafting-table/farm/caller';
import type { Authenticator } from '@crafting-table/farm/tokens/authenticate';
import {
  closeSession,
  csrfTokenOf,
  findSession,
  isSame,
  openSession,
} from '@crafting-table/farm/tokens/browser-sessions';
import { QueueAway } from '@crafting-table/queues/open-deliveries';
import type { Dashboard } from '@crafting-table/queues/open-dashboard';
import { allowedFrom, callerOf } from '../http/guards.ts';
import { nameRoute } from '../http/open-request.ts';
import { sendProblem } from '../http/send-problem.ts';
import {
  cookieOptions,
  CSRF_COOKIE,
  CSRF_HEADER,
  LOGIN_COOKIE,
  QUEUES_PATH,
  readCookie,
  SESSION_COOKIE,
} from './cookies.ts';
import { LOGIN_SECURITY_POLICY, loginPage, logoutPage, queueAwayPage } from './login-page.ts';

export type QueuesParts = {
  db: Database;
  authenticator: Authenticator;
  dashboard: Dashboard;
  queuesWrite: boolean;
};

const FORM_BYTES_MAX = 4096;

/** Nothing of the dashboard comes from, or goes to, anywhere but this farm; the fonts it would like to have are left out. */
const DASHBOARD_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join('; ');

export function queuesRouter(parts: QueuesParts): Router {
  const router = Router();
  const readForm = express.urlencoded({ extended: false, limit: FORM_BYTES_MAX, parameterLimit: 10 });
  router.use((_request, response, next) => {
    nameRoute(response, 'queues');
    // Under `no-referrer` browsers hide even from this farm that a form came from it.
    response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin' });
    next();
  });
  router.get('/login', (_request, response) => sendLogin(response, 200));
  router.post('/login', refuseOtherSites, readForm, logIn(parts));
  router.use(admit(parts));
  router.get('/logout', (request, response) => {
    sendPage(response, 200, logoutPage({ csrf: csrfTokenOf(readCookie(request, SESSION_COOKIE) ?? '') }));
  });
  router.post('/logout', refuseOtherSites, readForm, logOut(parts));
  router.use(guardChanges(parts), showDashboard(parts));
  return router;
}

function logIn({ db, authenticator }: QueuesParts): RequestHandler {
  return async (request, response) => {
    const { csrf, bearer } = formOf(request);
    const expected = readCookie(request, LOGIN_COOKIE);
    // A page of another site could otherwise log a browser in under a name that its user does not know of.
    const isOwnForm = expected !== null && isSame(csrf, expected);
    const caller =
      isOwnForm && bearer ? await authenticator.authenticate(bearer, allowedFrom(request)) : null;
    if (!caller?.isAdmin) return sendLogin(response, 401);
    const secret = await openSession(db, caller);
    const options = cookieOptions(request);
    response.clearCookie(LOGIN_COOKIE, options);
    response.cookie(SESSION_COOKIE, secret, options);
    response.cookie(CSRF_COOKIE, csrfTokenOf(secret), { ...options, httpOnly: false });
    response.redirect(303, QUEUES_PATH);
  };
}

function logOut({ db }: QueuesParts): RequestHandler {
  return async (request, response) => {
    const secret = readCookie(request, SESSION_COOKIE);
    if (secret === null || !isSame(formOf(request).csrf, csrfTokenOf(secret))) return refuseForgery(response);
    await closeSession(db, secret);
    for (const name of [SESSION_COOKIE, CSRF_COOKIE]) response.clearCookie(name, cookieOptions(request));
    response.redirect(303, `${QUEUES_PATH}/login`);
  };
}

/** Lets admins in: a browser by its session, a program by its bearer. A browser without a session is sent to the log-in page. */
function admit({ db, authenticator }: QueuesParts): RequestHandler {
  return async (request, response, next) => {
    const secret = readCookie(request, SESSION_COOKIE);
    // A request that brings a bearer is judged by that alone: `guardChanges` takes it for no page's.
    const hasBearer = request.headers.authorization !== undefined;
    const caller: Caller | null = hasBearer
      ? await callerOf(authenticator, request)
      : secret === null
        ? null
        : await findSession(db, secret, allowedFrom(request));
    if (response.writableEnded) return; // It took so long that it was answered meanwhile.
    if (caller?.isAdmin) {
      response.locals['caller'] = caller;
      return next();
    }
    if (caller) return sendProblem(response, 'admin_only');
    if (request.method === 'GET' && request.accepts(['json', 'html']) === 'html') {
      return response.redirect(303, `${QUEUES_PATH}/login`);
    }
    sendProblem(
      response,
      'unauthorized',
      'Log in, or send an Authorization header with the bearer of an admin.',
    );
  };
}

/** What changes something needs CRAFTING_QUEUES_WRITE, and a browser has to prove that a page of this farm sent it. */
function guardChanges({ db, queuesWrite }: QueuesParts): RequestHandler {
  return async (request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') return next();
    if (!queuesWrite) {
      response.set('Allow', 'GET, HEAD');
      return sendProblem(
        response,
        'method_not_allowed',
        'The dashboard only shows; see CRAFTING_QUEUES_WRITE.',
      );
    }
    const secret = readCookie(request, SESSION_COOKIE);
    const given = request.headers[CSRF_HEADER];
    const isOwnPage =
      request.headers.authorization !== undefined ||
      (secret !== null &&
        typeof given === 'string' &&
        isSame(given, csrfTokenOf(secret)) &&
        isOwnOrigin(request));
    if (!isOwnPage) return refuseForgery(response);
    const caller: Caller = response.locals['caller'];
    const subject = `${request.method} ${request.path}`.slice(0, 200);
    await insertAudit(db, { actor: caller.name, action: 'queues.change', subject });
    next();
  };
}

function showDashboard({ dashboard }: QueuesParts): RequestHandler {
  return async (request, response, next) => {
    response.set('Content-Security-Policy', DASHBOARD_SECURITY_POLICY);
    try {
      const handle = await dashboard.handler();
      handle(request, response, next);
    } catch (error) {
      if (!(error instanceof QueueAway)) throw error;
      sendPage(response, 503, queueAwayPage());
    }
  };
}

function refuseOtherSites(request: Request, response: Response, next: () => void): void {
  if (isOwnOrigin(request)) next();
  else refuseForgery(response);
}

/** Browsers say where a form was sent from, and pages cannot change what they say. One that says nothing is too old to matter. */
function isOwnOrigin(request: Request): boolean {
  const { origin, host } = request.headers;
  return origin === undefined || (host !== undefined && origin === `${request.protocol}://${host}`);
}

function refuseForgery(response: Response): void {
  sendProblem(response, 'forged_request');
}

function sendLogin(response: Response, status: 200 | 401): void {
  const csrf = randomBytes(32).toString('base64url');
  response.cookie(LOGIN_COOKIE, csrf, cookieOptions(response.req));
  sendPage(response, status, loginPage({ csrf, isRefused: status === 401 }));
}

function sendPage(response: Response, status: number, html: string): void {
  response.status(status).set('Content-Security-Policy', LOGIN_SECURITY_POLICY).type('html').send(html);
}

function formOf(request: Request): { csrf: string; bearer: string } {
  const read = (name: string) => {
    const value: unknown = request.body?.[name];
    return typeof value === 'string' ? value : '';
  };
  return { csrf: read('csrf'), bearer: read('bearer').trim().slice(0, 300) };
}
