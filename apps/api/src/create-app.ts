import express, { type Express } from 'express';
import type { Logger } from 'pino';
import type { Pulse } from '@crafting-table/database/feel-pulse';
import { createHandlers, type Parts } from './handlers/handlers.ts';
import { bindRoutes } from './http/bind-routes.ts';
import { createGuards } from './http/guards.ts';
import { createErrorHandler } from './http/handle-error.ts';
import { createNetworks } from './http/networks.ts';
import { refuseInSilence } from './http/refuse-in-silence.ts';

export type AppOptions = Parts & {
  lanCidrs: readonly string[];
  trustedProxies: readonly string[];
  /** Of the database. */
  pulse: Pulse;
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
  const guards = createGuards(options.authenticator, options.lanCidrs);
  bindRoutes(app, createHandlers(options), { ...guards, silence: refuseInSilence(options.pulse) });
  app.use(createErrorHandler(options.log));
  return app;
}
