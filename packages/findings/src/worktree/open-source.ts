// Reads lines of the worktree for the findings that name them. The names come from a tool's output, so from anybody:
// nothing outside the worktree is read, no link is followed, and everything is bounded.
import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { SourceReader } from '../enrich/enrich-findings.ts';

const FILE_BYTES_MAX = 5 * 1024 ** 2;
/** Of all files together; findings beyond it are named by their messages. */
const BYTES_MAX = 512 * 1024 ** 2;
/** Lines are kept for so many files; findings mostly come sorted by file. */
const FILES_KEPT = 32;

export function openSource(tree: string): SourceReader {
  const kept = new Map<string, readonly string[] | undefined>();
  let room = BYTES_MAX;
  return (path) => {
    if (kept.has(path)) return kept.get(path);
    const text = readInside(tree, path, Math.min(FILE_BYTES_MAX, room));
    room -= text?.length ?? 0;
    const lines = text?.split(/\r\n|\r|\n/);
    if (kept.size >= FILES_KEPT) kept.delete(kept.keys().next().value!); // There is one: it is full.
    kept.set(path, lines);
    return lines;
  };
}

/** The text of a regular file below the tree; undefined when there is no such file, or it is binary or too large. */
function readInside(tree: string, path: string, bytesMax: number): string | undefined {
  try {
    const full = join(tree, path);
    const folder = realpathSync(dirname(full));
    const isInside = `${folder}${sep}`.startsWith(`${realpathSync(tree)}${sep}`);
    const stats = lstatSync(full);
    if (!isInside || !stats.isFile() || stats.size > bytesMax) return undefined;
    const bytes = readFileSync(full);
    return bytes.subarray(0, 8192).includes(0) ? undefined : bytes.toString('utf8');
  } catch {
    return undefined; // The recipe may have removed it, or closed it to us.
  }
}

/** Is this a regular file below the tree? Never through a link. */
export function isFileIn(tree: string, path: string): boolean {
  return lstatSync(join(tree, path), { throwIfNoEntry: false })?.isFile() ?? false;
}
