import type { Request, RequestHandler } from 'express';
import type { Caller } from '@crafting-table/farm/caller';
import type { Authenticator } from '@crafting-table/farm/tokens/authenticate';
import { sendDocsPage } from '../docs/send-docs-page.ts';
import { createNetworks } from './networks.ts';
import { sendProblem } from './send-problem.ts';

export type Guards = {
  /** Refuses peers outside the allowed networks. */
  peer: RequestHandler;
  /** Refuses requests without a valid bearer, and puts the caller into `response.locals.caller`. */
  bearer: RequestHandler;
  /** Refuses callers that are no admins. */
  admin: RequestHandler;
};

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,200})$/i;

export function createGuards(authenticator: Authenticator, lanCidrs: readonly string[]): Guards {
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
      const caller = await callerOf(authenticator, request);
      if (response.writableEnded) return; // It took so long that it was answered meanwhile.
      if (!caller && request.path === '/docs' && request.accepts(['json', 'html']) === 'html') {
        return sendDocsPage(response, 401); // It asks for the bearer itself and shows nothing without one.
      }
      if (!caller) {
        return sendProblem(
          response,
          'unauthorized',
          'Send an Authorization header with a valid Bearer token.',
        );
      }
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
