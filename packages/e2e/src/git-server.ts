// A git server on a port of 127.0.0.1, with a password.
import { createServer } from 'node:http';
import {
  answerWithGit,
  basicAuthorization,
  close,
  listen,
} from '@crafting-table/dev-services/stand-ins/git-over-http';

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
  const expected = basicAuthorization(credentials);
  let admitted = 0;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    admitted++;
    answerWithGit({ root: repository.folder }, request, response);
  });
  const url = `${await listen(server)}/.git`;
  const [username, password] = [credentials.username, credentials.password].map(encodeURIComponent);
  return {
    url,
    urlWithCredentials: url.replace('://', `://${username}:${password}@`),
    admitted: () => admitted,
    [Symbol.asyncDispose]: () => close(server),
  };
}
