import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';

export type ReportFile = { path: string; bytes: Uint8Array };

const FILES_MAX = 200;
const BYTES_MAX = 512 * 1024 ** 2;
const FILE_BYTES_MAX = 64 * 1024 ** 2;
const ENTRIES_MAX = 100_000;
const DEPTH_MAX = 10;

/** Folders that hold other people's files, or too many of them. */
const NOT_ENTERED = new Set([
  'node_modules',
  '.git',
  '.venv',
  'venv',
  'vendor',
  '.tox',
  '__pycache__',
  '.gradle',
]);
/** Names that test runners and scanners give their files; what is in them decides. */
const NAMES =
  /^(TEST-.*\.xml|.*junit.*\.xml|.*test.*\.xml|.*results?.*\.xml|report\.xml|.*\.sarif|.*\.sarif\.json)$/i;

/**
 * Report files below a subproject that were written since the attempt began. Regular files only, no link is followed, and
 * everything is bounded, because the recipe decides what lies there. Paths are relative to the repository; `startedAtMs`
 * is a time of the file system's own clock.
 */
export function findReportFiles(attempt: {
  tree: string;
  subproject: string;
  startedAtMs: number;
}): ReportFile[] {
  const found: ReportFile[] = [];
  let entries = 0;
  let bytes = 0;
  const start = attempt.subproject === '.' ? '' : attempt.subproject;
  if (!isInside(attempt.tree, start)) return [];
  const waiting = [{ folder: start, depth: 0 }];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const entry of listFolder(join(attempt.tree, next.folder))) {
      if (++entries > ENTRIES_MAX || found.length >= FILES_MAX) return found;
      const path = next.folder === '' ? entry.name : `${next.folder}/${entry.name}`;
      if (entry.isDirectory() && next.depth < DEPTH_MAX && !NOT_ENTERED.has(entry.name)) {
        waiting.push({ folder: path, depth: next.depth + 1 });
      } else if (entry.isFile() && NAMES.test(entry.name)) {
        const content = readNewFile(join(attempt.tree, path), attempt.startedAtMs, BYTES_MAX - bytes);
        if (content) found.push({ path, bytes: content });
        bytes += content?.length ?? 0;
      }
    }
  }
  return found;
}

/** The recipe may have put a link where its subproject was. */
function isInside(tree: string, folder: string): boolean {
  try {
    const root = realpathSync(tree);
    return `${realpathSync(join(tree, folder))}${sep}`.startsWith(root + sep);
  } catch {
    return false; // It may have removed it, too.
  }
}

function listFolder(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return []; // The recipe may have removed it or closed it to us; then it holds no report.
  }
}

function readNewFile(path: string, sinceMs: number, room: number): Buffer | null {
  try {
    const { mtimeMs, size } = lstatSync(path);
    if (mtimeMs < sinceMs || size > Math.min(FILE_BYTES_MAX, room)) return null;
    return readFileSync(path);
  } catch {
    return null; // As above.
  }
}
