import type { Request, RequestHandler } from 'express';
import type { Caller } from '@crafting-table/farm/caller';
import type { Authenticator } from '@crafting-table/farm/tokens/authenticate';
import { ownPath } from '../browser/own-path.ts';
import { sendLogin } from '../browser/send-login.ts';
import { isRead, isWithoutBearer, wantsPage } from '../browser/wants-page.ts';
import { sendDocsPage } from '../docs/send-docs-page.ts';
import { createNetworks } from './networks.ts';
import { sendProblem } from './send-problem.ts';

export type Guards = {
  /** Refuses peers outside the allowed networks. */
  peer: RequestHandler;
  /**
   * Refuses requests without a valid bearer, and puts the caller into `response.locals.caller`. A browser may read by the session of
   * somebody who logged in, and nothing else: what a page of another site makes it send can then change nothing.
   */
  bearer: RequestHandler;
  /** Refuses callers that are no admins. */
  admin: RequestHandler;
};

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,200})$/i;

/** What a browser is shown by a session is of one person, and is no page: nobody else keeps it, frames it or builds it in. */
const BY_SESSION = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export function createGuards(
  authenticator: Authenticator,
  lanCidrs: readonly string[],
  callerOfSession: (request: Request) => Promise<Caller | null> = async () => null,
): Guards {
  const inLan = createNetworks(lanCidrs);
  return {
    peer(request, response, next) {
      if (inLan(peerOf(request))) return next();
      sendProblem(
        response,
        'peer_refused',
        'This farm does not answer to your address; see CRAFTING_LAN_CIDRS.',
      );
    },
    async bearer(request, response, next) {
      const isBySession = isRead(request) && isWithoutBearer(request);
      const caller = isBySession ? await callerOfSession(request) : await callerOf(authenticator, request);
      if (response.writableEnded) return; // It took so long that it was answered meanwhile.
      if (!caller && request.path === '/docs' && request.accepts(['json', 'html']) === 'html') {
        return sendDocsPage(response, 401); // It asks for the bearer itself and shows no route without one.
      }
      if (!caller && wantsPage(request)) {
        return sendLogin(response, { status: 401, to: ownPath(request.originalUrl) });
      }
      if (!caller) {
        return sendProblem(
          response,
          'unauthorized',
          'Send an Authorization header with a valid Bearer token.',
        );
      }
      if (isBySession) response.set(BY_SESSION);
      response.locals['caller'] = caller;
      next();
    },
    admin(_request, response, next) {
      const caller: Caller = response.locals['caller'];
      if (caller.isAdmin) return next();
      sendProblem(response, 'admin_only');
    },
  };
}

/** Who sends a request; null without a valid bearer. */
export async function callerOf(authenticator: Authenticator, request: Request): Promise<Caller | null> {
  const bearer = BEARER.exec(request.headers.authorization ?? '')?.[1];
  return bearer ? await authenticator.authenticate(bearer, allowedFrom(request)) : null;
}

/** Tells whether the sender of a request is in the networks that a token is bound to. */
export function allowedFrom(request: Request): (cidrs: string[]) => boolean {
  return (cidrs) => createNetworks(cidrs)(peerOf(request));
}

/** The address of the client: the socket's, or what trusted proxies say of it. */
function peerOf(request: Request): string {
  return request.ip ?? '';
}
