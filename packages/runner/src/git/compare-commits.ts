// What the history says about two commits. Asked of the mirror and not of a workspace, whose repository a recipe may write.
import type { Mirror } from './mirror.ts';
import { runGit } from './run-git.ts';

/** `unrelated`: neither leads to the other, or one of them is no longer in the mirror. */
export type CommitRelation = 'same' | 'ancestor' | 'descendant' | 'unrelated';

/** Enough for the path of a rename; more renames than that are a reorganisation that nobody follows file by file. */
const RENAMES_MAX = 5000;

/** What `sha` is to `other`: `descendant` when `other` is in its history. */
export async function relateCommits(
  mirror: Mirror,
  sha: string,
  other: string,
  timeoutMs: number,
): Promise<CommitRelation> {
  if (sha === other) return 'same';
  if (await isAncestor(mirror, other, sha, timeoutMs)) return 'descendant';
  return (await isAncestor(mirror, sha, other, timeoutMs)) ? 'ancestor' : 'unrelated';
}

/** The first of `candidates` that is in the history of `sha`. */
export async function firstAncestor(
  mirror: Mirror,
  sha: string,
  candidates: readonly string[],
  timeoutMs: number,
): Promise<string | null> {
  for (const candidate of new Set(candidates)) {
    if (candidate === sha || (await isAncestor(mirror, candidate, sha, timeoutMs))) return candidate;
  }
  return null;
}

/** Files that have another name in `to` than in `from`, old → new. Empty when git cannot tell. */
export async function listRenames(
  mirror: Mirror,
  from: string,
  to: string,
  timeoutMs: number,
): Promise<Map<string, string>> {
  const flags = ['-z', '--name-status', '--diff-filter=R', '--find-renames', `-l${RENAMES_MAX}`];
  const args = ['--git-dir', mirror.path, 'diff-tree', '-r', ...flags, from, to];
  const listed = await runGit({ args, settings: mirror.settings, timeoutMs });
  if ('failure' in listed) return new Map();
  const words = listed.stdout.split('\0');
  const renames = new Map<string, string>();
  for (let index = 0; index + 2 < words.length; index += 3) renames.set(words[index + 1]!, words[index + 2]!);
  return renames;
}

async function isAncestor(mirror: Mirror, older: string, newer: string, timeoutMs: number): Promise<boolean> {
  const args = ['--git-dir', mirror.path, 'merge-base', '--is-ancestor', older, newer];
  return !('failure' in (await runGit({ args, settings: mirror.settings, timeoutMs })));
}
