// A repository to build, and a bare mirror of it for the floors.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runPlainGit } from '@crafting-table/dev-services/stand-ins/plain-git';

export type Repository = {
  /** A file: URL. */
  url: string;
  sha: string;
  /** Bare, with one worktree that stays: git removes the folder of all worktrees with the last, under a racing add. */
  mirror: string;
};

const FILES_PER_FOLDER = 50;
const LINES_PER_FILE = 40;

/** Files of about 2 KiB, each different, in folders of fifty, in one commit on `main`. */
export function makeRepository(folder: string, files: number): Repository {
  const source = join(folder, `repository-of-${files}`);
  for (let number = 0; number < files; number++) {
    const parent = join(source, `part-${Math.floor(number / FILES_PER_FOLDER)}`);
    mkdirSync(parent, { recursive: true });
    const line = `export const value${number} = 'a line of a source file';\n`;
    writeFileSync(join(parent, `file-${number}.ts`), line.repeat(LINES_PER_FILE));
  }
  const git = (...args: string[]) => runPlainGit(folder, args);
  git('init', '--quiet', '--initial-branch=main', source);
  git('-C', source, 'add', '--all');
  git('-C', source, 'commit', '--quiet', '--message', 'Everything');
  const sha = git('-C', source, 'rev-parse', 'HEAD');
  const mirror = `${source}.git`;
  git('clone', '--quiet', '--bare', '--no-local', source, mirror);
  git('-C', mirror, 'worktree', 'add', '--quiet', '--detach', `${source}-that-stays`, sha);
  return { url: pathToFileURL(source).href, sha, mirror };
}

/** Commits on `main` that change nothing, oldest first. The mirror does not get them. */
export function addCommits({ url }: Repository, count: number): string[] {
  const source = fileURLToPath(url);
  return Array.from({ length: count }, (_, number) => {
    runPlainGit(source, ['commit', '--quiet', '--allow-empty', '--message', `Nothing, ${number}`]);
    return runPlainGit(source, ['rev-parse', 'HEAD']);
  });
}
