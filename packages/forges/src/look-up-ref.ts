import type { GitCredentials, GitUrl } from '@crafting-table/contracts/git-url';
import { Errors, listServerRefs, type ServerRef } from 'isomorphic-git';
import type { HttpClient } from 'isomorphic-git/http/node';
import { createGitHttpClient, RefusedAnswerError } from './git-http-client.ts';
import type { RefFailure, RefLookup, ResolvedRef } from './resolve-ref.ts';

/** Asks the remote once. */
export async function lookUpRef(url: GitUrl, { ref, timeoutMs }: RefLookup): Promise<ResolvedRef> {
  const signal = AbortSignal.timeout(timeoutMs);
  const http = createGitHttpClient(authorizationOf(url.credentials), signal);
  try {
    for (const name of [`refs/heads/${ref}`, `refs/tags/${ref}`, ref]) {
      const sha = await findExactly(http, url.plain, name);
      if (sha !== null) return { sha };
    }
    return failed('ref_missing', `${url.display} has no branch or tag named ${ref}.`);
  } catch (error) {
    if (signal.aborted) return failed('timeout', `${url.display} did not answer within ${timeoutMs} ms.`);
    return explain(error, url);
  }
}

async function findExactly(http: HttpClient, url: string, name: string): Promise<string | null> {
  const found: ServerRef[] = await listServerRefs({
    http,
    url,
    prefix: name,
    peelTags: true,
    protocolVersion: 2,
  });
  const exact = found.find(({ ref }) => ref === name);
  return exact === undefined ? null : (exact.peeled ?? exact.oid);
}

function authorizationOf(credentials: GitCredentials | null): string | null {
  if (credentials === null) return null;
  const { username, password } = credentials;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function explain(error: unknown, { display }: GitUrl): ResolvedRef {
  if (error instanceof RefusedAnswerError) return failed('refused', error.message);
  if (error instanceof Errors.HttpError) {
    const { statusCode } = error.data;
    if (statusCode === 401 || statusCode === 403)
      return failed('auth', `${display} refused the credentials.`);
    if (statusCode === 404 || statusCode === 410) {
      return failed('not_a_repository', `There is no git repository at ${display}.`);
    }
    return failed('unreachable', `${display} answered with HTTP status ${statusCode}.`);
  }
  if (isGitError(error))
    return failed('not_a_repository', `${display} does not answer like a git repository.`);
  return failed('unreachable', `${display} cannot be reached.`);
}

/** isomorphic-git gives each error of its own a class name as `code`; those of the network come from fetch. */
function isGitError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code in Errors;
}

function failed(kind: RefFailure['kind'], message: string): { failure: RefFailure } {
  return { failure: { kind, message } };
}
