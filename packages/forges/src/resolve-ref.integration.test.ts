import { createServer, type RequestListener } from 'node:http';
import { close, listen } from '@crafting-table/dev-services/stand-ins/git-over-http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type GitHttpServer,
  type GitHttpServerOptions,
  startGitHttpServer,
} from './fixtures/git-http-server.ts';
import { resolveRef } from './resolve-ref.ts';

const ANN = { username: 'ann', password: 'p@ss:word' };
const timeoutMs = 5000;

let stack: AsyncDisposableStack;
let forge: GitHttpServer;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  forge = await startForge();
});

afterEach(() => stack.disposeAsync());

async function startForge(options?: GitHttpServerOptions): Promise<GitHttpServer> {
  return stack.use(await startGitHttpServer(options));
}

async function startServer(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  const origin = await listen(server);
  stack.defer(() => close(server));
  return origin;
}

/** A commit of its own in the server's repository, written without a work tree. */
function commit(at: GitHttpServer, message: string): string {
  const tree = at.git('write-tree');
  return at.git('commit-tree', tree, '-m', message);
}

function failure(kind: string) {
  return { failure: { kind, message: expect.not.stringMatching(/p@ss|p%40ss/) } };
}

describe.each([
  ['a server of today', {}],
  ['a server without protocol version 2', { isOld: true }],
])('with %s', (_name, options) => {
  it('finds branches, then tags, then full names, and follows annotated tags', async () => {
    const server = await startForge(options);
    const [one, two] = [commit(server, 'one'), commit(server, 'two')];
    server.git('update-ref', 'refs/heads/main', one);
    server.git('update-ref', 'refs/heads/main-too', two);
    server.git('update-ref', 'refs/heads/both', one);
    server.git('update-ref', 'refs/tags/both', two);
    server.git('tag', '--annotate', 'v1', '--message', 'v1', two);
    server.git('update-ref', 'refs/pull/1/head', two);
    const find = (ref: string) => resolveRef({ url: server.url, ref, timeoutMs });
    expect(await find('main')).toEqual({ sha: one });
    expect(await find('both')).toEqual({ sha: one });
    expect(await find('v1')).toEqual({ sha: two });
    expect(await find('refs/tags/both')).toEqual({ sha: two });
    expect(await find('refs/pull/1/head')).toEqual({ sha: two });
    expect(await find('HEAD')).toEqual({ sha: one });
    expect(await find('mai')).toEqual(failure('ref_missing'));
  });

  it('says of a repository without commits that the ref is missing', async () => {
    const server = await startForge(options);
    expect(await resolveRef({ url: server.url, ref: 'main', timeoutMs })).toEqual(failure('ref_missing'));
  });
});

it('sends the credentials, from the URL or beside it', async () => {
  const shut = await startForge({ credentials: ANN });
  const one = commit(shut, 'one');
  shut.git('update-ref', 'refs/heads/main', one);
  const withPassword = shut.url.replace('//', `//ann:${encodeURIComponent(ANN.password)}@`);
  expect(await resolveRef({ url: withPassword, ref: 'main', timeoutMs })).toEqual({ sha: one });
  expect(await resolveRef({ url: shut.url, credentials: ANN, ref: 'main', timeoutMs })).toEqual({ sha: one });
  expect(await resolveRef({ url: shut.url, ref: 'main', timeoutMs })).toEqual(failure('auth'));
  const wrong = { ...ANN, password: 'wrong' };
  expect(await resolveRef({ url: withPassword, credentials: wrong, ref: 'main', timeoutMs })).toEqual(
    failure('auth'),
  );
});

it('follows a redirect to another server, but takes no credentials there', async () => {
  const one = commit(forge, 'one');
  forge.git('update-ref', 'refs/heads/main', one);
  const old = await startServer((request, response) => {
    response.writeHead(301, { location: `${forge.origin}${request.url}` }).end();
  });
  expect(await resolveRef({ url: `${old}/repo.git`, credentials: ANN, ref: 'main', timeoutMs })).toEqual({
    sha: one,
  });
  expect(forge.requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
  expect(forge.requests.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
});

it('does not follow redirects without end, or to what is no HTTP address', async () => {
  const round = await startServer((request, response) => {
    response.writeHead(302, { location: request.url }).end();
  });
  const away = await startServer((_request, response) => {
    response.writeHead(302, { location: 'file:///etc/passwd' }).end();
  });
  for (const origin of [round, away]) {
    expect(await resolveRef({ url: `${origin}/a`, ref: 'main', timeoutMs })).toEqual(failure('refused'));
  }
});

it('gives up on a server that does not answer, or never ends its answer', async () => {
  const silent = await startServer(() => undefined);
  const dripping = await startServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
    response.write('001e# service=git-upload-pack\n');
  });
  for (const origin of [silent, dripping]) {
    expect(await resolveRef({ url: `${origin}/a`, ref: 'main', timeoutMs: 100 })).toEqual(failure('timeout'));
  }
});

it('reads no more than it must from a server that sends without end', async () => {
  const flood = await startServer((_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(1024 ** 2)));
    };
    response.on('drain', more);
    more();
  });
  expect(await resolveRef({ url: `${flood}/a`, ref: 'main', timeoutMs: 20_000 })).toEqual(failure('refused'));
});

it('tells a missing repository, a web page, a broken server and no server apart', async () => {
  const page = await startServer((_request, response) => void response.end('<html>hello</html>'));
  const broken = await startServer((_request, response) => void response.writeHead(503).end());
  for (const [url, kind] of [
    [`${forge.origin}/nothing.git`, 'not_a_repository'],
    [`${page}/a`, 'not_a_repository'],
    [`${broken}/a`, 'unreachable'],
    ['http://127.0.0.1:1/a', 'unreachable'],
  ] as const) {
    expect(await resolveRef({ url, ref: 'main', timeoutMs })).toEqual(failure(kind));
  }
});

it('refuses addresses and refs that are none before it sends anything', async () => {
  expect(await resolveRef({ url: 'git@forge.test:a', ref: 'main', timeoutMs })).toEqual(failure('refused'));
  expect(await resolveRef({ url: 'ext::sh', ref: 'main', timeoutMs })).toEqual(failure('refused'));
  expect(await resolveRef({ url: forge.url, ref: 'a\nb', timeoutMs })).toEqual(failure('ref_missing'));
  expect(forge.requests).toEqual([]);
});

it('answers a burst of the same question with two looks, the second of which began after all were asked', async () => {
  const one = commit(forge, 'one');
  forge.git('update-ref', 'refs/heads/main', one);
  const burst = Array.from({ length: 1000 }, () => resolveRef({ url: forge.url, ref: 'main', timeoutMs }));
  expect(new Set((await Promise.all(burst)).map((found) => JSON.stringify(found)))).toEqual(
    new Set([JSON.stringify({ sha: one })]),
  );
  expect(forge.requests.filter(({ method }) => method === 'GET')).toHaveLength(2);
  const two = commit(forge, 'two');
  forge.git('update-ref', 'refs/heads/main', two);
  expect(await resolveRef({ url: forge.url, ref: 'main', timeoutMs })).toEqual({ sha: two });
});
