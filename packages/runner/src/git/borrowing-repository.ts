// The `.git` of a workspace: a repository of its own that borrows the mirror's objects. Not a linked worktree of the
// mirror, because there branches, tags, stash and configuration are one for all: two jobs that each say
// `git checkout -b release` would collide, a tag made by one would show in the other, a hook or filter configured by a
// recipe would run in the farm's own git, and a recipe under another user could not commit at all. It is four small files,
// so it is written, not cloned.
import { copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mirror } from './mirror.ts';

/** Writes a repository at `gitDir`, which must not exist, with a detached HEAD at `sha` and the mirror's refs. */
export function writeBorrowingRepository(gitDir: string, mirror: Mirror, sha: string): void {
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info']) {
    mkdirSync(join(gitDir, folder), { recursive: true });
  }
  writeFileSync(join(gitDir, 'HEAD'), `${sha}\n`);
  writeFileSync(join(gitDir, 'objects/info/alternates'), `${quoted(join(mirror.path, 'objects'))}\n`);
  writeFileSync(join(gitDir, 'config'), configOf(mirror));
  const packedRefs = packedRefsOf(mirror);
  if (existsSync(packedRefs)) copyFileSync(packedRefs, join(gitDir, 'packed-refs'));
}

/** Changes with each change of the mirror's branches and tags. */
export function refsStamp(mirror: Mirror): string {
  const stats = statSync(packedRefsOf(mirror), { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino}.${stats.ctimeMs}`;
}

function packedRefsOf(mirror: Mirror): string {
  return join(mirror.path, 'packed-refs');
}

function configOf(mirror: Mirror): string {
  return [
    '[core]',
    '\trepositoryformatversion = 0',
    '\tfilemode = true',
    '\tbare = false',
    '\tlogallrefupdates = true',
    '[gc]',
    '\tauto = 0',
    '[remote "origin"]',
    `\turl = ${quoted(mirror.url.plain)}`,
    '\tfetch = +refs/heads/*:refs/remotes/origin/*',
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
