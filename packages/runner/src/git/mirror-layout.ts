// Where things of a mirror lie. A mirror is named for its project and its address, so an edited address is simply another
// mirror, and a commit of the old one can never answer for the new one.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { GitUrl } from '@crafting-table/contracts/git-url';

const PROJECT_ID = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/;

export function mirrorName(projectId: string, url: GitUrl): string {
  if (!PROJECT_ID.test(projectId)) throw new Error('A project id must be fit to name a folder.');
  return `${projectId}.${createHash('sha256').update(url.plain).digest('hex').slice(0, 12)}.git`;
}

/** The project that a folder in the mirrors' folder belongs to; null for anything that is no mirror. */
export function projectOfMirror(name: string): string | null {
  return /^([A-Za-z0-9_-]+)\.[0-9a-f]{12}\.git$/.exec(name)?.[1] ?? null;
}

/** Folders being made or thrown away carry the name of their mirror and one of these endings, with a random part. */
export function mirrorOfLeftover(name: string): string | null {
  return /^(.+\.git)\.(new|broken)-[0-9a-f-]+$/.exec(name)?.[1] ?? null;
}

/** Held shared by whoever needs the mirror to stay as it is, exclusively by garbage collection. */
export const useLockOf = (mirrorPath: string) => `${mirrorPath}.use.lock`;

/** Held exclusively by whoever writes into the mirror, never for longer than one git command. */
export const writeLockOf = (mirrorPath: string) => `${mirrorPath}.write.lock`;

/** A random word, new whenever objects may have gone: what was known about the mirror's commits holds for one of them. */
export const generationFileOf = (mirrorPath: string) => join(mirrorPath, 'crafting-generation');

/** Its time of change is when the mirror was last opened. */
export const usedFileOf = (mirrorPath: string) => join(mirrorPath, 'crafting-used');

/** Fingerprint of the remote's branches and tags that the last fetch brought. */
export const fetchedFileOf = (mirrorPath: string) => join(mirrorPath, 'crafting-fetched');
