// usage: print-flood.ts <bytes> <milliseconds> <folder>
// What a recipe runs: prints about so many bytes of lines in so long a time, evenly. Each page begins with a line
// `@<page> <time>`, the time in milliseconds since 1970. Notes in the folder what it printed: `printed.json`, and in `kept` the
// first and the last bytes, as many as a farm keeps.
import { createHash } from 'node:crypto';
import { mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_HEAD_BYTES, LOG_TAIL_BYTES } from '@crafting-table/contracts/log';

/** What `printed.json` holds. The first part of `kept` has `headBytes`. */
export type Printed = { bytes: number; lines: number; keptLines: number; headBytes: number; tookMs: number };

const STDOUT = 1;
const PAGE_MS = 10;
const LINE_BYTES = 100;
/** More than a stored chunk, so that none of them compresses by repetition. */
const TEXT_LINES = 10_000;

const [bytesWanted = 0, forMs = 0] = process.argv.slice(2, 4).map(Number);
const folder = process.argv[4] ?? '.';
const text = makeText();
const linesPerPage = Math.max(1, Math.round((bytesWanted / forMs) * (PAGE_MS / LINE_BYTES)));
/** The text in them is shared, so even a gigabyte of them is small. */
const printed: Buffer[] = [];
let bytes = 0;
const startedAt = performance.now();
for (let page = 0; bytes < bytesWanted; page++) {
  sleepUntil(startedAt + (bytes / bytesWanted) * forMs);
  print(Buffer.from(`@${page} ${Date.now()}\n`));
  for (let left = linesPerPage; left > 0; left -= TEXT_LINES) print(pickLines(Math.min(left, TEXT_LINES)));
}
note(performance.now() - startedAt);

function print(words: Buffer): void {
  for (let at = 0; at < words.length;) at += writeSync(STDOUT, words, at);
  printed.push(words);
  bytes += words.length;
}

/** Lines from another place of the text each time. */
function pickLines(count: number): Buffer {
  const from = (printed.length * 7919) % (TEXT_LINES - count + 1);
  return text.subarray(from * LINE_BYTES, (from + count) * LINE_BYTES);
}

function makeText(): Buffer {
  const line = (index: number) =>
    createHash('sha512')
      .update(String(index))
      .digest('base64')
      .padEnd(LINE_BYTES - 1, '.')
      .slice(0, LINE_BYTES - 1);
  return Buffer.from(Array.from({ length: TEXT_LINES }, (_, index) => `${line(index)}\n`).join(''));
}

function sleepUntil(time: number): void {
  const leftMs = time - performance.now();
  if (leftMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, leftMs);
}

function note(tookMs: number): void {
  const isCut = bytes > LOG_HEAD_BYTES + LOG_TAIL_BYTES;
  const headBytes = isCut ? LOG_HEAD_BYTES : bytes;
  const kept = [...pieces(0, headBytes), ...(isCut ? pieces(bytes - LOG_TAIL_BYTES, bytes) : [])];
  const count = (all: Buffer[]) => all.reduce((sum, piece) => sum + countLineFeeds(piece), 0);
  mkdirSync(folder, { recursive: true });
  const file = openSync(join(folder, 'kept'), 'w');
  for (const piece of kept) writeSync(file, piece);
  const summary: Printed = { bytes, lines: count(printed), keptLines: count(kept), headBytes, tookMs };
  writeFileSync(join(folder, 'printed.json'), JSON.stringify(summary));
}

/** What was printed from one byte to another one. */
function pieces(fromByte: number, toByte: number): Buffer[] {
  let begin = 0;
  return printed.flatMap((piece) => {
    const part = piece.subarray(Math.max(0, fromByte - begin), Math.max(0, toByte - begin));
    begin += piece.length;
    return part.length > 0 ? [part] : [];
  });
}

function countLineFeeds(words: Buffer): number {
  let count = 0;
  for (let at = words.indexOf('\n'); at !== -1; at = words.indexOf('\n', at + 1)) count += 1;
  return count;
}
