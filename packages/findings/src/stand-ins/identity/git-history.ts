// What git says of a repository's past: the files of a commit, and where the lines of one commit are in another.
import { execFileSync } from 'node:child_process';
import type { SourceFiles } from './lint-lines.ts';

export type Place = { path: string; line: number };

export type Comparison = {
  /** Old path → new path. */
  renames: ReadonlyMap<string, string>;
  /** Where a line of the older commit stands, unchanged, in the newer one; null when it was changed or removed. */
  placeAfter: (place: Place) => Place | null;
};

export type ComparisonOptions = {
  /** A line that differs in white space alone is unchanged. */
  ignoresSpace?: boolean;
};

/** Where one file's line numbers begin to differ: `removed` lines from `line` on became `added` ones. */
type Hunk = { line: number; removed: number; added: number };
type ChangedFile = { newPath: string; hunks: Hunk[] };

const OUTPUT_BYTES_MAX = 1024 ** 3;
const GIT_MS = 60_000;
/** As many as the farm follows. */
const RENAMES_MAX = 5000;

export function runGit(repository: string, args: readonly string[], input?: string): Buffer {
  return execFileSync('git', ['-C', repository, '-c', 'core.quotePath=off', ...args], {
    input,
    maxBuffer: OUTPUT_BYTES_MAX,
    timeout: GIT_MS,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** About `samples` commits, evenly apart along the first parents of the newest `newestMax`; oldest first. */
export function sampleCommits(
  repository: string,
  { newestMax, samples }: { newestMax: number; samples: number },
): string[] {
  const args = ['rev-list', '--first-parent', `--max-count=${newestMax}`, 'HEAD'];
  const newestFirst = runGit(repository, args).toString().trim().split('\n');
  const step = Math.ceil(newestFirst.length / samples);
  return newestFirst.filter((_, index) => index % step === 0).toReversed();
}

/** The files of a commit whose path matches. */
export function readFilesAt(repository: string, sha: string, isMeant: RegExp): SourceFiles {
  const listed = runGit(repository, ['ls-tree', '-r', '-z', sha]).toString().split('\0');
  const entries = listed.flatMap((entry) => {
    const [, kind, id, path] = /^\d+ (\w+) (\w+)\t([^]+)$/.exec(entry) ?? [];
    return kind === 'blob' && id !== undefined && path !== undefined && isMeant.test(path)
      ? [{ id, path }]
      : [];
  });
  const contents = runGit(repository, ['cat-file', '--batch'], entries.map(({ id }) => `${id}\n`).join(''));
  const files = new Map<string, string[]>();
  let at = 0;
  for (const { path } of entries) {
    const headEnd = contents.indexOf('\n', at);
    const size = Number(contents.toString('latin1', at, headEnd).split(' ')[2]);
    const begin = headEnd + 1;
    files.set(path, contents.toString('utf8', begin, begin + size).split(/\r?\n/));
    at = begin + size + 1;
  }
  return files;
}

export function compareCommits(
  repository: string,
  [from, to]: readonly [string, string],
  { ignoresSpace = false }: ComparisonOptions = {},
): Comparison {
  const flags = ['-M', `-l${RENAMES_MAX}`, '--unified=0', '--no-color', '--no-ext-diff', '--no-textconv'];
  const space = ignoresSpace ? ['--ignore-all-space'] : [];
  const changed = parseDiff(runGit(repository, ['diff', ...flags, ...space, from, to]).toString());
  const renames = new Map<string, string>();
  for (const [path, { newPath }] of changed)
    if (newPath !== path && newPath !== '') renames.set(path, newPath);
  return { renames, placeAfter: (place) => follow(place, changed.get(place.path)) };
}

function follow(place: Place, file: ChangedFile | undefined): Place | null {
  if (file === undefined) return place;
  if (file.newPath === '') return null;
  let moved = 0;
  for (const { line, removed, added } of file.hunks) {
    if (place.line < line) break;
    if (place.line < line + removed) return null;
    moved += added - removed;
  }
  return { path: file.newPath, line: place.line + moved };
}

/** By old path. A removed file has an empty new path; new files are left out. */
function parseDiff(text: string): Map<string, ChangedFile> {
  const files = new Map<string, ChangedFile>();
  const lines = text.split('\n');
  let file: ChangedFile = { newPath: '', hunks: [] };
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!; // Inside the list by the condition above.
    const [, oldPath, newPath] = /^diff --git a\/(.+) b\/(.+)$/.exec(line) ?? [];
    if (oldPath !== undefined && newPath !== undefined) files.set(oldPath, (file = { newPath, hunks: [] }));
    else if (line.startsWith('deleted file mode')) file.newPath = '';
    const hunk = readHunk(line);
    if (hunk === undefined) continue;
    file.hunks.push(hunk);
    index += hunk.removed + hunk.added; // What they hold may look like anything, a header among it.
  }
  return files;
}

function readHunk(line: string): Hunk | undefined {
  const [, from, removedText = '1', addedText = '1'] =
    /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line) ?? [];
  if (from === undefined) return undefined;
  const removed = Number(removedText);
  // Where nothing was removed, git names the line before.
  return { line: Number(from) + (removed === 0 ? 1 : 0), removed, added: Number(addedText) };
}
