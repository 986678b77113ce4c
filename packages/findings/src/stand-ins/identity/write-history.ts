// Writes snapshots of a source tree as the commits of a repository.
import { runGit } from './git-history.ts';

/** `snapshots`: text of each file by its path, oldest first. The folder is made a repository; gives back its commits. */
export function writeHistory(repository: string, snapshots: Iterable<ReadonlyMap<string, string>>): string[] {
  runGit(repository, ['init', '--quiet', '--initial-branch=main']);
  let commits = 0;
  for (const files of snapshots)
    runGit(repository, ['fast-import', '--quiet', '--force'], commitOf(files, commits++));
  return runGit(repository, ['rev-list', '--reverse', 'main']).toString().trim().split('\n');
}

/** In the words of git-fast-import(1). */
function commitOf(files: ReadonlyMap<string, string>, number: number): string {
  const head = [
    'commit refs/heads/main',
    `committer A Person <person@example.test> ${1_700_000_000 + number} +0000`,
    dataOf(`Snapshot ${number}`),
    ...(number === 0 ? [] : ['from refs/heads/main^0']),
    'deleteall',
  ];
  const changes = [...files].map(
    ([path, text]) => `M 100644 inline ${JSON.stringify(path)}\n${dataOf(text)}`,
  );
  return [...head, ...changes, ''].join('\n');
}

function dataOf(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
