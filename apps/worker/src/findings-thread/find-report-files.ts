import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { basename, join, sep } from 'node:path';
import { SNIFF_BYTES_MAX } from '@crafting-table/findings/core/limits';
import { decodeText } from '@crafting-table/findings/engine/decode-text';
import { isReport } from '@crafting-table/findings/parse-report-file';

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
/** Names that test runners and scanners give their files. What is in them decides; this only keeps most others unopened. */
const NAMES =
  /^(?:test-.*\.xml|.*\.(?:trx|tap|sarif|sarif\.json|jsonl|ndjson)|(?:.*[-_.])?(?:bom|cdx|sbom|vex)\.(?:json|xml)|.*(?:audit|bandit|biome|bundler|checkstyle|clippy|code-?quality|composer|cppcheck|cyclonedx|detekt|dependenc|eslint|findings|gitleaks|golangci|govulncheck|grype|issues|jest|junit|lint|mypy|openvex|osv|output|phpstan|phpunit|pytest|report|results?|rspec|rubocop|ruff|scan|semgrep|shellcheck|snyk|staticcheck|test|trivy|valgrind|vitest|vulnerabilit|vulns?).*\.(?:json|xml))$/i;
/** Files whose first bytes are looked at. */
const OPENED_MAX = 2000;

export type ReportPlaces = {
  tree: string;
  subproject: string;
  /** Absolute; everything in it was written by the attempt and may be a report. */
  reports: string;
  /** By the clock of the file system. */
  startedAtMs: number;
};

/**
 * Report files below a subproject, and in the folder where tools were asked to write them, that were written since the
 * attempt began. Regular files only, no link is followed, and everything is bounded, because the recipe decides what lies
 * there. Paths are relative to the repository.
 */
export function findReportFiles({ tree, subproject, reports, startedAtMs }: ReportPlaces): ReportFile[] {
  const start = subproject === '.' ? '' : subproject;
  const found: ReportFile[] = [];
  const room = { entries: ENTRIES_MAX, opened: OPENED_MAX, bytes: BYTES_MAX };
  const add = (root: string, path: string, name: string) => {
    if (room.opened-- <= 0) return;
    const content = readReport(join(root, path), startedAtMs, room.bytes);
    if (content === null) return;
    room.bytes -= content.length;
    found.push({ path: name, bytes: content });
  };
  const isFull = () => found.length >= FILES_MAX || --room.entries < 0;
  if (isInside(reports, '')) {
    walk(reports, '', isFull, (path) => add(reports, path, `../${basename(reports)}/${path}`));
  }
  if (isInside(tree, start)) {
    walk(tree, start, isFull, (path) => NAMES.test(basename(path)) && add(tree, path, path));
  }
  return found;
}

/** Visits regular files, those of a folder before those of the folders in it, until it is full. */
function walk(root: string, start: string, isFull: () => boolean, visit: (path: string) => void): void {
  const waiting = [{ folder: start, depth: 0 }];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const entry of listFolder(join(root, next.folder))) {
      if (isFull()) return;
      const path = next.folder === '' ? entry.name : `${next.folder}/${entry.name}`;
      if (entry.isFile()) visit(path);
      else if (entry.isDirectory() && next.depth < DEPTH_MAX && !NOT_ENTERED.has(entry.name)) {
        waiting.push({ folder: path, depth: next.depth + 1 });
      }
    }
  }
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

/** The content of a file that is new, not too large, and begins like a report. */
function readReport(path: string, sinceMs: number, room: number): Buffer | null {
  try {
    const { mtimeMs, size } = lstatSync(path);
    if (mtimeMs < sinceMs || size > Math.min(FILE_BYTES_MAX, room)) return null;
    return isReport(decodeText(readBeginning(path))) ? readFileSync(path) : null;
  } catch {
    return null; // As above.
  }
}

function readBeginning(path: string): Uint8Array {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const bytes = new Uint8Array(SNIFF_BYTES_MAX);
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
