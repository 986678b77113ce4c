// A repository to build, and a bare mirror of it for the floors.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { path } from './config.ts';

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
  const git = (...args: string[]) => runGit(folder, args);
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
    runGit(source, ['commit', '--quiet', '--allow-empty', '--message', `Nothing, ${number}`]);
    return runGit(source, ['rev-parse', 'HEAD']);
  });
}

function runGit(cwd: string, args: string[]): string {
  const env = {
    PATH: path,
    HOME: cwd,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A Person',
    GIT_AUTHOR_EMAIL: 'person@example.test',
    GIT_COMMITTER_NAME: 'A Person',
    GIT_COMMITTER_EMAIL: 'person@example.test',
  };
  return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
