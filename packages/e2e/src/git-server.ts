// A git server on a port of 127.0.0.1: `git http-backend` behind HTTP, with a password.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { searchPath } from '@crafting-table/dev-services/config';

export type GitServer = AsyncDisposable & {
  /** Without credentials. */
  url: string;
  /** With them, as a person would type it. */
  urlWithCredentials: string;
  /** Requests that brought the right credentials. */
  admitted(): number;
};

/** Serves the `.git` folder of one repository. */
export async function startGitServer(
  repository: { folder: string },
  credentials: { username: string; password: string },
): Promise<GitServer> {
  const { username, password } = credentials;
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  let admitted = 0;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    admitted++;
    answerWithGit(repository.folder, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}/.git`; // TCP, so an AddressInfo.
  return {
    url: `http://${place}`,
    urlWithCredentials: `http://${encodeURIComponent(username)}:${encodeURIComponent(password)}@${place}`,
    admitted: () => admitted,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** CGI: the request in the environment and on standard input; headers, an empty line and the body come back. */
function answerWithGit(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://git.test');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: searchPath(),
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      CONTENT_LENGTH: request.headers['content-length'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const whole = Buffer.concat(chunks);
    const end = whole.indexOf('\r\n\r\n');
    for (const line of whole.subarray(0, end).toString().split('\r\n')) {
      const [name = '', value = ''] = line.split(': ');
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else if (name !== '') response.setHeader(name, value);
    }
    response.end(whole.subarray(end + 4));
  });
}
