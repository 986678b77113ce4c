import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { callerOfSession } from './browser/caller-of-session.ts';
import { loginRoutes } from './browser/login-routes.ts';
import { LOGIN_PATH, LOGOUT_PATH, QUEUES_PATH } from './browser/paths.ts';
import { createHandlers, type Parts } from './handlers/handlers.ts';
import { bindRoutes } from './http/bind-routes.ts';
import { createGuards } from './http/guards.ts';
import { createErrorHandler } from './http/handle-error.ts';
import { createNetworks } from './http/networks.ts';
import { openRequest } from './http/open-request.ts';
import { queuesRouter, type QueuesParts } from './queues/mount-queues.ts';
import { refuseInSilence } from './http/refuse-in-silence.ts';

export type AppOptions = Parts &
  QueuesParts & {
    lanCidrs: readonly string[];
    trustedProxies: readonly string[];
    log: Logger;
  };

export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag'); // Answers are states of the moment; hashing each of them would buy nothing.
  app.set('query parser', 'simple');
  app.set('trust proxy', createNetworks(options.trustedProxies));
  app.use((_request, response, next) => {
    response.set({ 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' });
    next();
  });
  app.use(openRequest(options.log, options.metrics));
  const guards = createGuards(options.authenticator, options.lanCidrs, (request) =>
    callerOfSession(options.db, request),
  );
  const silence = refuseInSilence(options.pulse);
  app.use([LOGIN_PATH, LOGOUT_PATH], guards.peer, silence);
  app.use(loginRoutes(options));
  app.use(QUEUES_PATH, guards.peer, silence, queuesRouter(options));
  bindRoutes(app, createHandlers(options), { ...guards, silence });
  app.use(createErrorHandler(options.log));
  return app;
}
