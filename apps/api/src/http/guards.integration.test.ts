// Guards and error handler behind a real server, because addresses and broken bodies are made by sockets.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Caller } from '@crafting-table/farm/caller';
import express, { type RequestHandler } from 'express';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createGuards } from './guards.ts';
import { createErrorHandler } from './handle-error.ts';
import { createNetworks } from './networks.ts';

const CALLERS: Record<string, Caller> = {
  admin: { tokenId: '1', name: 'root', isAdmin: true },
  app: { tokenId: '2', name: 'alice', isAdmin: false },
};

test('X-Forwarded-For counts only behind a trusted proxy', async () => {
  const forwarded = { 'x-forwarded-for': '8.8.8.8' };
  await using open = await serve({ trusted: [] });
  expect((await open.get('/peer', forwarded)).status).toBe(200);
  await using behindProxy = await serve({ trusted: ['127.0.0.0/8'] });
  expect((await behindProxy.get('/peer', forwarded)).status).toBe(403);
  expect((await behindProxy.get('/peer', { 'x-forwarded-for': '8.8.8.8, 192.168.1.7' })).status).toBe(200);
  expect((await behindProxy.get('/peer', { 'x-forwarded-for': 'nonsense' })).status).toBe(403);
  expect((await behindProxy.get('/peer')).status).toBe(200);
});

test('a peer outside the networks cannot talk itself into them', async () => {
  await using farm = await serve({ lan: ['192.168.0.0/16'], trusted: [] });
  const answer = await farm.get('/peer', { 'x-forwarded-for': '192.168.1.7' });
  expect([answer.status, answer.body.code]).toEqual([403, 'peer_refused']);
});

test('without a valid bearer there is a 401 that says how to get in', async () => {
  await using farm = await serve({});
  for (const authorization of ['', 'Bearer wrong', 'Basic YTpi', 'Bearer']) {
    const answer = await farm.get('/bearer', { authorization });
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
  }
  expect((await farm.get('/bearer', { authorization: 'bearer app' })).status).toBe(200);
});

test('what is for admins is refused to others', async () => {
  await using farm = await serve({});
  expect((await farm.get('/admin', { authorization: 'Bearer admin' })).status).toBe(200);
  expect((await farm.get('/admin', { authorization: 'Bearer app' })).body.code).toBe('admin_only');
});

test('a fault of the farm is logged in full and answered without a word of it', async () => {
  const lines: string[] = [];
  await using farm = await serve({ log: (line) => lines.push(line) });
  const answer = await farm.get('/mistake');
  expect(answer.status).toBe(500);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.text).not.toMatch(/secret|select|\.ts|node_modules|at /);
  expect(lines.join('')).toContain('select secret from attic');
});

test('Postgres being away is a 503 that says when to try again', async () => {
  await using farm = await serve({});
  const answer = await farm.get('/away');
  expect([answer.status, answer.body.code]).toEqual([503, 'database_away']);
  expect(answer.headers.get('retry-after')).toBe('2');
});

test('an answer that breaks off in the middle is cut, not ended as if it were whole', async () => {
  await using farm = await serve({});
  await expect(farm.get('/half')).rejects.toThrow(/terminated|fetch failed/);
});

const ROUTES: Record<string, RequestHandler> = {
  '/mistake': () => {
    throw new Error('select secret from attic');
  },
  '/away': () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  },
  '/half': async (_request, response) => {
    response.write('half');
    await Promise.resolve();
    throw new Error('the log ended early');
  },
};

async function serve(options: { lan?: string[]; trusted?: string[]; log?: (line: string) => void }) {
  const { lan = ['127.0.0.0/8', '192.168.0.0/16'], trusted = [], log = () => {} } = options;
  const app = express();
  app.set('trust proxy', createNetworks(trusted));
  const authenticator = {
    authenticate: async (bearer: string) => CALLERS[bearer] ?? null,
    forget: () => {},
    async [Symbol.asyncDispose]() {},
  };
  const { peer, bearer, admin } = createGuards(authenticator, lan);
  const fine: RequestHandler = (_request, response) => void response.json({});
  app.get('/peer', peer, fine);
  app.get('/bearer', peer, bearer, fine);
  app.get('/admin', peer, bearer, admin, fine);
  for (const [path, handler] of Object.entries(ROUTES)) app.get(path, handler);
  app.use(createErrorHandler(pino({}, { write: log })));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  return {
    async get(path: string, headers: Record<string, string> = {}) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
