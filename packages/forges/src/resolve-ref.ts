// From a branch or tag of an HTTP remote to its commit, without a git binary: one or two small requests.
import { type GitCredentials, type GitUrl, parseGitUrl } from '@crafting-table/contracts/git-url';
import { Errors, listServerRefs, type ServerRef } from 'isomorphic-git';
import type { HttpClient } from 'isomorphic-git/http/node';
import { createGitHttpClient, RefusedAnswerError } from './git-http-client.ts';

export type RefLookup = {
  url: string;
  /** Those in the URL are used when none are given here. */
  credentials?: GitCredentials | null;
  /** A branch, else a tag, else a full name like `refs/pull/1/head` or `HEAD`. */
  ref: string;
  timeoutMs: number;
};

/** `message` is one line for people, without credentials. */
export type RefFailure = {
  kind: 'ref_missing' | 'unreachable' | 'auth' | 'timeout' | 'not_a_repository' | 'refused';
  message: string;
};

export type ResolvedRef = { sha: string } | { failure: RefFailure };

/**
 * The commit of the ref, as the remote had it at some time after this call; annotated tags are followed to their commit.
 * Callers that ask the same while an answer is on its way share the next one. Never rejects for what a remote may do.
 */
export function resolveRef(lookup: RefLookup): Promise<ResolvedRef> {
  const parsed = parseGitUrl(lookup.url);
  if ('refused' in parsed) return Promise.resolve(failed('refused', parsed.refused));
  const url = { ...parsed.url, credentials: lookup.credentials ?? parsed.url.credentials };
  if (url.scheme !== 'http' && url.scheme !== 'https') {
    return Promise.resolve(failed('refused', 'Only HTTP remotes are resolved here.'));
  }
  if (!/^[^\u0000-\u0020\u007f~^:?*[\\-][^\u0000-\u0020\u007f~^:?*[\\]{0,254}$/.test(lookup.ref)) {
    return Promise.resolve(failed('ref_missing', 'The ref is not the name of a branch or a tag.'));
  }
  return shareNext(JSON.stringify([url, lookup.ref, lookup.timeoutMs]), () => look(url, lookup));
}

type Sharing = { running: Promise<ResolvedRef>; next: Promise<ResolvedRef> | null };
const underway = new Map<string, Sharing>();

/**
 * An answer that is on its way may have been read before the caller's push, so those who come meanwhile wait for it and
 * then share one more request: a burst of any size costs two.
 */
function shareNext(key: string, start: () => Promise<ResolvedRef>): Promise<ResolvedRef> {
  const sharing = underway.get(key);
  if (sharing !== undefined) return (sharing.next ??= sharing.running.then(() => begin(key, start)));
  return begin(key, start);
}

function begin(key: string, start: () => Promise<ResolvedRef>): Promise<ResolvedRef> {
  const sharing: Sharing = { running: start(), next: null };
  underway.set(key, sharing);
  return sharing.running.finally(() => {
    if (sharing.next === null) underway.delete(key);
  });
}

async function look(url: GitUrl, { ref, timeoutMs }: RefLookup): Promise<ResolvedRef> {
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
