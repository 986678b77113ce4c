import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { createHandlers, type Parts } from './handlers/handlers.ts';
import { bindRoutes } from './http/bind-routes.ts';
import { createGuards } from './http/guards.ts';
import { createErrorHandler } from './http/handle-error.ts';
import { createNetworks } from './http/networks.ts';

export type AppOptions = Parts & {
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
  bindRoutes(app, createHandlers(options), createGuards(options.authenticator, options.lanCidrs));
  app.use(createErrorHandler(options.log));
  return app;
}
