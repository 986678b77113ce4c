import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parseGitUrl } from '@crafting-table/contracts/git-url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeScratchFolder, makeSettings, removeScratchFolder } from './fixtures/make-origin.ts';
import type { GitSettings } from './git-environment.ts';
import { runGit } from './run-git.ts';

const WAIT = { timeout: 20_000, interval: 10 };

const PASSWORD = 'p@ss%20\'"$(word)';
const GRANTED = `Basic ${Buffer.from(`ann:${PASSWORD}`).toString('base64')}`;

let scratch: string;
let settings: GitSettings;
let servers: Server[];

beforeEach(() => {
  scratch = makeScratchFolder();
  settings = makeSettings(scratch, false);
  servers = [];
});

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  removeScratchFolder(scratch);
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // A TCP server that listens has a port.
}

function listRefs(host: string, timeoutMs = 20_000) {
  const parsed = parseGitUrl(`http://ann:${encodeURIComponent(PASSWORD)}@${host}/a.git`);
  if ('refused' in parsed) throw new Error(parsed.refused);
  return runGit({ args: ['ls-remote', parsed.url.plain], settings, timeoutMs, remote: parsed.url });
}

/** The command lines of all processes, as everybody on the host can read them. */
function commandLines(): string {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => readCommandLine(pid)).join('\n');
}

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // It ended meanwhile.
  }
}

const askForPassword: RequestListener = (_request, response) => {
  response.writeHead(401, { 'www-authenticate': 'Basic realm="forge"' }).end();
};

it('hands the password to the remote, and shows it to nobody on the host', async () => {
  let seen = '';
  const host = await serve((request, response) => {
    if (request.headers.authorization === undefined) return askForPassword(request, response);
    seen = commandLines();
    response.writeHead(request.headers.authorization === GRANTED ? 503 : 500).end();
  });
  const outcome = await listRefs(host);
  expect(outcome).toEqual({
    failure: { kind: 'unreachable', message: expect.stringContaining(`http://${host}/a.git`) },
  });
  expect(seen).toContain(`http://${host}/a.git`);
  expect(`${seen}${JSON.stringify(outcome)}`).not.toContain('(word)');
});

it('says that credentials are wrong, without asking anybody for others', async () => {
  const host = await serve(askForPassword);
  expect(await listRefs(host)).toEqual({
    failure: { kind: 'auth', message: expect.not.stringContaining('word') },
  });
});

it('does not take the password along to another host', async () => {
  const authorizations: unknown[] = [];
  const other = await serve((request, response) => {
    authorizations.push(request.headers.authorization);
    askForPassword(request, response);
  });
  const host = await serve((request, response) => {
    if (request.headers.authorization === undefined) return askForPassword(request, response);
    response.writeHead(301, { location: `http://${other}${request.url}` }).end();
  });
  expect(await listRefs(host)).toHaveProperty('failure.kind', 'auth');
  expect(authorizations.length).toBeGreaterThan(0);
  expect(authorizations.every((value) => value === undefined)).toBe(true);
});

it('ends git and its helpers when the remote stays silent', async () => {
  let isClosed = false;
  const host = await serve((request) => request.socket.once('close', () => (isClosed = true)));
  expect(await listRefs(host, 300)).toHaveProperty('failure.kind', 'timeout');
  await expect.poll(() => isClosed, WAIT).toBe(true);
});

it('refuses a file: remote when those are not allowed, also one that only git would recognise', async () => {
  const parsed = parseGitUrl(scratch);
  if ('refused' in parsed) throw new Error(parsed.refused);
  const remote = parsed.url;
  expect(
    await runGit({ args: ['ls-remote', remote.plain], settings, timeoutMs: 5000, remote }),
  ).toHaveProperty('failure.kind', 'refused');
  expect(await runGit({ args: ['ls-remote', scratch], settings, timeoutMs: 5000 })).toHaveProperty(
    'failure.kind',
    'refused',
  );
});
