// From what a job names, a branch, a tag or a commit, to a commit that is in the mirror.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fetchAll, fetchCommit } from './fetch-mirror.ts';
import { type Failed, failed } from './git-failure.ts';
import { listLocalRefs } from './local-refs.ts';
import { fetchedFileOf } from './mirror-layout.ts';
import { type Mirror, readGeneration, remakeMirror, whileWriting } from './mirror.ts';
import {
  findRef,
  isAbbreviatedSha,
  isRefName,
  isSha,
  parseRemoteRefs,
  type RemoteRefs,
} from './remote-refs.ts';
import { runGit } from './run-git.ts';

/** `queuedAt` by this host's clock: a ref is answered as the remote had it at some time after that. */
export type CommitWish = { sha: string } | { ref: string; queuedAt: Date };

/**
 * A commit the mirror already has costs no request, and no git process either once it was seen. A ref costs one request
 * for all jobs queued before that request. `timeoutMs` bounds each git command and each wait for a lock.
 */
export async function resolveCommit(
  mirror: Mirror,
  wish: CommitWish,
  { timeoutMs }: { timeoutMs: number },
): Promise<{ sha: string } | Failed> {
  const generation = readGeneration(mirror.path);
  const resolved = await resolveOnce(mirror, wish, timeoutMs);
  if (!('failure' in resolved) || resolved.failure.kind !== 'corrupt') return resolved;
  const remade = await remakeMirror(mirror, generation, timeoutMs);
  return remade ?? resolveOnce(mirror, wish, timeoutMs);
}

function resolveOnce(mirror: Mirror, wish: CommitWish, timeoutMs: number): Promise<{ sha: string } | Failed> {
  return 'sha' in wish
    ? resolveSha(mirror, wish.sha.toLowerCase(), timeoutMs)
    : resolveRef(mirror, wish, timeoutMs);
}

async function resolveSha(mirror: Mirror, sha: string, timeoutMs: number): Promise<{ sha: string } | Failed> {
  if (!isSha(sha))
    return failed('commit_missing', 'A commit is named by all 40 or 64 of its hexadecimal digits.');
  const found = await hasCommit(mirror, sha, timeoutMs);
  if (found !== false) return found === true ? { sha } : found;
  const looked = await refsSince(mirror, new Date(), timeoutMs);
  if ('failure' in looked) return looked;
  return bringCommit(mirror, sha, timeoutMs);
}

async function resolveRef(
  mirror: Mirror,
  { ref, queuedAt }: { ref: string; queuedAt: Date },
  timeoutMs: number,
): Promise<{ sha: string } | Failed> {
  if (!isRefName(ref)) return failed('ref_missing', 'The ref is not the name of a branch or a tag.');
  const first = await lookUpRef(mirror, ref, queuedAt, timeoutMs);
  // The branch may have been moved by force between the remote's answer and the fetch: the second answer is after both.
  const isMoved = 'failure' in first && first.failure.kind === 'commit_missing';
  return isMoved ? lookUpRef(mirror, ref, new Date(), timeoutMs) : first;
}

async function lookUpRef(
  mirror: Mirror,
  ref: string,
  since: Date,
  timeoutMs: number,
): Promise<{ sha: string } | Failed> {
  const looked = await refsSince(mirror, since, timeoutMs);
  if ('failure' in looked) return looked;
  const sha = findRef(looked.refs, ref);
  if (sha !== null) return bringCommit(mirror, sha, timeoutMs);
  const digits = ref.toLowerCase();
  if (isSha(digits)) return bringCommit(mirror, digits, timeoutMs);
  if (isAbbreviatedSha(digits)) {
    const commit = await expandSha(mirror, digits, timeoutMs);
    if (commit !== null) return { sha: commit };
  }
  return failed('ref_missing', `${mirror.url.display} has no branch, tag or commit named ${ref}.`);
}

/** The commit, fetched by its own name when no branch or tag has brought it. */
async function bringCommit(
  mirror: Mirror,
  sha: string,
  timeoutMs: number,
): Promise<{ sha: string } | Failed> {
  const isHere = await hasCommit(mirror, sha, timeoutMs);
  if (isHere !== false) return isHere === true ? { sha } : isHere;
  const fetched = await whileWriting(mirror, timeoutMs, () =>
    fetchCommit({ ...mirror, mirrorPath: mirror.path, timeoutMs }, sha),
  );
  if (fetched !== null && fetched.failure.kind !== 'commit_missing') return fetched;
  const isBrought = fetched === null ? await hasCommit(mirror, sha, timeoutMs) : false;
  if (isBrought !== false) return isBrought === true ? { sha } : isBrought;
  return failed('commit_missing', `${mirror.url.display} has no commit ${sha}.`);
}

async function hasCommit(mirror: Mirror, sha: string, timeoutMs: number): Promise<boolean | Failed> {
  if (mirror.memory.knows(sha)) return true;
  const args = ['cat-file', '-e', `${sha}^{commit}`];
  const found = await runGit({ mirrorPath: mirror.path, args, settings: mirror.settings, timeoutMs });
  if ('failure' in found) return found.failure.kind === 'other' ? false : found;
  mirror.memory.learn(sha);
  return true;
}

/** Null when no commit, or more than one, starts with these digits. */
async function expandSha(mirror: Mirror, digits: string, timeoutMs: number): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', `${digits}^{commit}`];
  const expanded = await runGit({ mirrorPath: mirror.path, args, settings: mirror.settings, timeoutMs });
  if ('failure' in expanded) return null;
  const sha = expanded.stdout.trim();
  return isSha(sha) ? sha : null;
}

function refsSince(mirror: Mirror, since: Date, timeoutMs: number): Promise<{ refs: RemoteRefs } | Failed> {
  return mirror.memory.refsSince(since, () => lookAtRemote(mirror, timeoutMs));
}

/** Asks the remote for its refs, and fetches when its branches or tags are not the ones that were fetched last. */
async function lookAtRemote(mirror: Mirror, timeoutMs: number): Promise<{ refs: RemoteRefs } | Failed> {
  const { url, settings, path } = mirror;
  const listed = await listRefs(mirror, timeoutMs);
  if (typeof listed !== 'string') return listed;
  const refs = parseRemoteRefs(listed, sha256);
  const fault = await whileWriting(mirror, timeoutMs, async () => {
    if (refs.fingerprint === (await readFetched(path))) return null;
    const fetched = await fetchAll({ mirrorPath: path, url, settings, timeoutMs });
    if (fetched === null) await writeFile(fetchedFileOf(path), refs.fingerprint);
    return fetched;
  });
  return fault ?? { refs };
}

async function listRefs({ url, settings }: Mirror, timeoutMs: number): Promise<string | Failed> {
  const local = url.scheme === 'file' ? listLocalRefs(fileURLToPath(url.plain)) : null;
  if (local !== null) return local;
  const args = ['ls-remote', '--quiet', url.plain];
  const listed = await runGit({ args, settings, timeoutMs, remote: url });
  return 'failure' in listed ? listed : listed.stdout;
}

async function readFetched(path: string): Promise<string> {
  return readFile(fetchedFileOf(path), 'utf8').catch(() => ''); // Nothing was fetched yet.
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
