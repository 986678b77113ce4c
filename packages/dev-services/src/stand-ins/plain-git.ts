// git as a person or a recipe would run it: with the repository's own configuration, nobody's at home, and a name to commit under.
import { execFileSync } from 'node:child_process';

export const GIT_SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';

/** What it printed, trimmed. */
export function runPlainGit(cwd: string, args: readonly string[], searchPath = GIT_SEARCH_PATH): string {
  const env = {
    PATH: searchPath,
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
