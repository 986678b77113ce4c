import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { expect, test } from 'vitest';
import { bindRoutes, type Handlers } from './bind-routes.ts';
import { createGuards } from './guards.ts';

test('networks without loopback do not make the API unhealthy for its own health check', async () => {
  await using farm = await serve(['192.168.1.0/24']);
  expect(await farm.statusOf('/healthz')).toBe(200);
  expect(await farm.statusOf('/metrics')).toBe(403);
  expect(await farm.statusOf('/projects')).toBe(403);
  expect(await farm.statusOf('/nowhere')).toBe(403);
});

test('what a proxy on the same host passes on to the health check is judged like any other', async () => {
  await using farm = await serve(['192.168.1.0/24']);
  for (const sender of ['8.8.8.8', '127.0.0.1', '192.168.1.7']) {
    expect(await farm.statusOf('/healthz', { 'x-forwarded-for': sender })).toBe(403);
  }
});

/** Every route of the table behind its guards, each with the same answer. */
async function serve(lanCidrs: string[]) {
  const authenticator = {
    authenticate: async () => null,
    forget: () => {},
    async [Symbol.asyncDispose]() {},
  };
  const silence: RequestHandler = (_request, _response, next) => next();
  const handlers = new Proxy({} as Handlers, { get: () => async () => ({}) }); // The table asks for them by their names.
  const app = express();
  bindRoutes(app, handlers, { ...createGuards(authenticator, lanCidrs), silence });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  return {
    async statusOf(path: string, headers: Record<string, string> = {}) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      await answer.body?.cancel();
      return answer.status;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
