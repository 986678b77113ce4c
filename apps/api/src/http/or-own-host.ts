import type { Request, RequestHandler } from 'express';
import { createNetworks } from './networks.ts';

const isLoopback = createNetworks(['127.0.0.0/8', '::1/128']);

/** Lets this host itself by, however narrow the networks are: the health checks of containers and of the launcher ask from there. */
export function orOwnHost(peer: RequestHandler): RequestHandler {
  return (request, response, next) => (isOwnHost(request) ? next() : peer(request, response, next));
}

/** What a proxy on this host passes on is somebody else's. */
function isOwnHost({ headers, socket }: Request): boolean {
  return headers['x-forwarded-for'] === undefined && isLoopback(socket.remoteAddress ?? '');
}
