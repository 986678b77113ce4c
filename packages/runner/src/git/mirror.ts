// The bare mirror of one project at one address: made on first use, held against garbage collection while in hand.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, utimesSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitCredentials, type GitUrl, parseGitUrl } from '@crafting-table/contracts/git-url';
import { acquireLock, withLock } from './cross-process-lock.ts';
import { fetchAll } from './fetch-mirror.ts';
import type { GitSettings } from './git-environment.ts';
import { type Failed, failed } from './git-failure.ts';
import { generationFileOf, mirrorName, usedFileOf, useLockOf, writeLockOf } from './mirror-layout.ts';
import { createMirrorMemory, type MirrorMemory } from './mirror-memory.ts';
import { runGit } from './run-git.ts';

export type Mirrors = {
  dir: string;
  settings: GitSettings;
  /**
   * The mirror of a project's git URL, made when missing (which does not fetch yet). While it is not disposed, no object
   * in it is removed: an attempt holds it from before its commit is resolved until its workspace is released.
   */
  open(wish: MirrorWish): Promise<{ mirror: Mirror } | Failed>;
};

export type MirrorWish = {
  projectId: string;
  url: string;
  /** Those in the URL are used when none are given here. */
  credentials?: GitCredentials | null;
  timeoutMs: number;
};

export type Mirror = AsyncDisposable & {
  path: string;
  projectId: string;
  url: GitUrl;
  settings: GitSettings;
  /** What this process remembers of the mirror, the same for all who have it open. */
  memory: MirrorMemory;
};

export function createMirrors({ dir, settings }: { dir: string; settings: GitSettings }): Mirrors {
  mkdirSync(dir, { recursive: true });
  const memories = new Map<string, MirrorMemory>();
  return {
    dir,
    settings,
    async open({ projectId, url: text, credentials, timeoutMs }) {
      const parsed = parseGitUrl(text);
      if ('refused' in parsed) return failed('refused', parsed.refused);
      const url = { ...parsed.url, credentials: credentials ?? parsed.url.credentials };
      if (url.scheme === 'file' && !settings.allowFileRemotes) {
        return failed('refused', 'file: remotes are not allowed here.');
      }
      const path = join(dir, mirrorName(projectId, url));
      const lock = await acquireLock(useLockOf(path), 'shared', { timeoutMs });
      if (lock === null) return failed('timeout', `The mirror of ${url.display} stayed locked.`);
      const memory = memories.get(path) ?? createMirrorMemory(generationFileOf(path));
      memories.set(path, memory);
      const mirror = {
        path,
        projectId,
        url,
        settings,
        memory,
        [Symbol.asyncDispose]: async () => lock.release(),
      };
      const fault = await makeIfMissing(mirror, timeoutMs).catch((error: unknown) => {
        lock.release();
        throw error;
      });
      if (fault === null) return { mirror };
      lock.release();
      return fault;
    },
  };
}

/** Runs `action` while nobody else writes into the mirror, in this process or another. */
export async function whileWriting<Value>(
  mirror: Mirror,
  timeoutMs: number,
  action: () => Promise<Value | Failed>,
): Promise<Value | Failed> {
  const outcome = await withLock(writeLockOf(mirror.path), 'exclusive', action, { timeoutMs });
  return outcome.held
    ? outcome.value
    : failed('timeout', `The mirror of ${mirror.url.display} stayed locked.`);
}

/**
 * Replaces a damaged mirror by a new one, fetched whole before it takes the old one's place, so that attempts that borrow
 * its objects go on. `generation` is the one the damage was seen in: when it is gone, somebody else has done the work.
 */
export function remakeMirror(mirror: Mirror, generation: string, timeoutMs: number): Promise<null | Failed> {
  return whileWriting(mirror, timeoutMs, async () => {
    if (readGeneration(mirror.path) !== generation) return null;
    const made = await makeBareRepository(mirror, timeoutMs);
    if ('failure' in made) return made;
    const fetched = await fetchAll({ ...mirror, mirrorPath: made.path, timeoutMs });
    if (fetched !== null) {
      await rm(made.path, { recursive: true, force: true });
      return fetched;
    }
    await putInPlace(made.path, mirror.path);
    return null;
  });
}

/** Empty when the mirror is missing or has lost its mark. */
export function readGeneration(mirrorPath: string): string {
  try {
    return readFileSync(generationFileOf(mirrorPath), 'utf8');
  } catch {
    return ''; // No such file: the one thing the callers want to know.
  }
}

export async function renewGeneration(mirrorPath: string): Promise<void> {
  await writeFile(generationFileOf(mirrorPath), randomUUID());
}

async function makeIfMissing(mirror: Mirror, timeoutMs: number): Promise<null | Failed> {
  if (!isComplete(mirror.path)) {
    const fault = await whileWriting(mirror, timeoutMs, async () => {
      if (isComplete(mirror.path)) return null;
      const made = await makeBareRepository(mirror, timeoutMs);
      if ('failure' in made) return made;
      await putInPlace(made.path, mirror.path);
      return null;
    });
    if (fault !== null) return fault;
  }
  const now = new Date();
  utimesSync(usedFileOf(mirror.path), now, now);
  return null;
}

/** What git itself asks for before it calls a folder a repository, and our own marks. */
function isComplete(path: string): boolean {
  const parts = ['HEAD', 'config', 'objects', 'refs'].map((name) => join(path, name));
  return [...parts, generationFileOf(path), usedFileOf(path)].every((part) => existsSync(part));
}

/** Under another name, so that a worker killed in the middle leaves nothing half-made in the mirror's place. */
async function makeBareRepository(mirror: Mirror, timeoutMs: number): Promise<{ path: string } | Failed> {
  const path = `${mirror.path}.new-${randomUUID()}`;
  const args = ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', path];
  const made = await runGit({ args, settings: mirror.settings, timeoutMs });
  if ('failure' in made) return made;
  await mkdir(join(path, 'info'), { recursive: true });
  await renewGeneration(path);
  await writeFile(usedFileOf(path), '');
  return { path };
}

async function putInPlace(made: string, place: string): Promise<void> {
  const broken = `${place}.broken-${randomUUID()}`;
  if (existsSync(place)) await rename(place, broken);
  await rename(made, place);
  await rm(broken, { recursive: true, force: true });
}
