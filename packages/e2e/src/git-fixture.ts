// Small repositories that stand for a forge's. Tests change them with git, as people would.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runPlainGit } from '@crafting-table/dev-services/stand-ins/plain-git';
import { temporaryFolder } from './temporary-folder.ts';

/** Path → content, or where a symbolic link leads. */
export type Files = Record<string, string | { link: string }>;

export type Repository = AsyncDisposable & {
  folder: string;
  /** A file: URL. */
  url: string;
  /** Runs git in the repository and gives back what it printed, trimmed. */
  git(...args: string[]): string;
  /** Writes the files and commits them on the current branch; gives back the commit. */
  commit(files: Files): string;
  /** Makes the branch point at a commit that has only these files and no past, as a forced push does. */
  forceMove(branch: string, files: Files): string;
};

/** One commit on `main`, with the files. */
export async function makeRepository(files: Files = {}): Promise<Repository> {
  const temporary = await temporaryFolder('repository');
  const folder = temporary.path;
  const git = (...args: string[]) => runPlainGit(folder, args);
  const commit = (changed: Files) => {
    for (const [path, content] of Object.entries(changed)) writeEntry(join(folder, path), content);
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message', 'Change');
    return git('rev-parse', 'HEAD');
  };
  git('init', '--quiet', '--initial-branch=main');
  commit({ 'README.md': 'A repository of a test.\n', ...files });
  return {
    folder,
    url: pathToFileURL(folder).href,
    git,
    commit,
    forceMove(branch, changed) {
      const before = git('rev-parse', '--abbrev-ref', 'HEAD');
      git('checkout', '--quiet', '--orphan', 'moved');
      git('rm', '-r', '--quiet', '--force', '.');
      const sha = commit(changed);
      git('checkout', '--quiet', '--detach');
      git('branch', '--force', branch, sha);
      git('branch', '--delete', '--force', 'moved');
      git('checkout', '--quiet', before);
      return sha;
    },
    [Symbol.asyncDispose]: temporary[Symbol.asyncDispose],
  };
}

function writeEntry(path: string, content: Files[string]): void {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof content === 'string') writeFileSync(path, content);
  else symlinkSync(content.link, path);
}
