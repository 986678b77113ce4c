// The queue dashboard for admins: by a session of their browser, or by a bearer; and then bull-board.
import { Router, type RequestHandler } from 'express';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import type { Caller } from '@crafting-table/farm/caller';
import type { Authenticator } from '@crafting-table/farm/tokens/authenticate';
import { csrfTokenOf, isSame } from '@crafting-table/farm/tokens/browser-sessions';
import { QueueAway } from '@crafting-table/queues/open-deliveries';
import type { Dashboard } from '@crafting-table/queues/open-dashboard';
import { callerOfSession } from '../browser/caller-of-session.ts';
import { CSRF_HEADER, readCookie, SESSION_COOKIE } from '../browser/cookies.ts';
import { isOwnOrigin, refuseForgery } from '../browser/own-origin.ts';
import { ownPath } from '../browser/own-path.ts';
import { sendLogin } from '../browser/send-login.ts';
import { sendSmallPage } from '../browser/small-page.ts';
import { isRead, isWithoutBearer, wantsPage } from '../browser/wants-page.ts';
import { callerOf } from '../http/guards.ts';
import { nameRoute } from '../http/open-request.ts';
import { sendProblem } from '../http/send-problem.ts';

export type QueuesParts = {
  db: Database;
  authenticator: Authenticator;
  dashboard: Dashboard;
  queuesWrite: boolean;
};

const QUEUE_AWAY = {
  title: 'The queue is away',
  body: '<p>Nothing is lost: what is queued stands in Postgres and is delivered once the queue is back. Load this page again then.</p>',
};

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
  router.use((_request, response, next) => {
    nameRoute(response, 'queues');
    // Under `no-referrer` browsers hide even from this farm that a change came from its own page.
    response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'same-origin' });
    next();
  });
  router.use(admit(parts), guardChanges(parts), showDashboard(parts));
  return router;
}

/** Lets admins in: a browser by its session, a program by its bearer. A browser without a session gets the log-in page. */
function admit({ db, authenticator }: QueuesParts): RequestHandler {
  return async (request, response, next) => {
    // A request that brings a bearer is judged by that alone: `guardChanges` takes it for no page's.
    const caller = isWithoutBearer(request)
      ? await callerOfSession(db, request)
      : await callerOf(authenticator, request);
    if (response.writableEnded) return; // It took so long that it was answered meanwhile.
    if (caller?.isAdmin) {
      response.locals['caller'] = caller;
      return next();
    }
    if (wantsPage(request)) {
      const to = ownPath(request.originalUrl);
      if (caller) return sendLogin(response, { status: 403, to, trouble: 'no_admin' });
      return sendLogin(response, { status: 401, to });
    }
    if (caller) return sendProblem(response, 'admin_only');
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
    if (isRead(request)) return next();
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
      !isWithoutBearer(request) ||
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
      sendSmallPage(response, 503, QUEUE_AWAY);
    }
  };
}
