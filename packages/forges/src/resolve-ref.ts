// From a branch or tag of an HTTP remote to its commit, without a git binary: one or two small requests.
import { type GitCredentials, type GitUrl, parseGitUrl } from '@crafting-table/contracts/git-url';

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

/** isomorphic-git weighs 10 MB in memory, which an API that meets no HTTP remote does not pay. */
async function look(url: GitUrl, lookup: RefLookup): Promise<ResolvedRef> {
  const { lookUpRef } = await import('./look-up-ref.ts');
  return lookUpRef(url, lookup);
}

function failed(kind: RefFailure['kind'], message: string): { failure: RefFailure } {
  return { failure: { kind, message } };
}
