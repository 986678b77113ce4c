// Bringing a mirror up to date with its remote. The caller holds the mirror's write lock.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GitUrl } from '@crafting-table/contracts/git-url';
import type { GitSettings } from './git-environment.ts';
import type { Failed } from './git-failure.ts';
import { runGit } from './run-git.ts';

export type Fetch = { mirrorPath: string; url: GitUrl; settings: GitSettings; timeoutMs: number };

/** All branches and tags, what is gone there goes here. Refs end up in one file, which workspaces copy. */
export async function fetchAll(fetch: Fetch): Promise<null | Failed> {
  const refspecs = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
  const fetched = await runPatiently(fetch, [...FETCH, '--prune', '--force', fetch.url.plain, ...refspecs]);
  return fetched ?? runPatiently(fetch, ['pack-refs', '--all']);
}

/** One commit that no branch or tag reaches any more; many forges still hand it out. */
export function fetchCommit(fetch: Fetch, sha: string): Promise<null | Failed> {
  return runPatiently(fetch, [...FETCH, fetch.url.plain, sha]);
}

/**
 * Without --no-tags git would follow tags by itself, outside the refspecs; FETCH_HEAD is of use to nobody. The program at
 * the other end is named, because the mirror's own configuration could name another.
 */
const FETCH = [
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--upload-pack=git-upload-pack',
];

/** A worker that was killed can leave a git behind that still writes, or a lock file that nobody will ever remove. */
const LOCKED_TRIES = 8;
const LOCKED_PAUSE_MS = 250;

/** No git command holds a lock file for this long: it is taken to rename a file that is already written. */
const LOCK_FILE_AGE_MAX_MS = 60_000;

async function runPatiently(fetch: Fetch, command: readonly string[]): Promise<null | Failed> {
  const { mirrorPath, url, settings, timeoutMs } = fetch;
  for (let tries = 1; ; tries++) {
    const result = await runGit({ mirrorPath, args: command, settings, timeoutMs, remote: url });
    if (!('failure' in result)) return null;
    if (result.failure.kind !== 'locked' || tries === LOCKED_TRIES) return result;
    await removeOldLockFiles(mirrorPath);
    await sleep(LOCKED_PAUSE_MS);
  }
}

async function removeOldLockFiles(mirrorPath: string): Promise<void> {
  const entries = await readdir(mirrorPath, { withFileTypes: true });
  const inRefs = await readdir(join(mirrorPath, 'refs'), { withFileTypes: true, recursive: true });
  for (const entry of [...entries, ...inRefs]) {
    if (!entry.isFile() || !entry.name.endsWith('.lock')) continue;
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path).catch(() => null); // Its owner may just have finished.
    if (found !== null && Date.now() - found.mtimeMs > LOCK_FILE_AGE_MAX_MS) await rm(path, { force: true });
  }
}
