const LINE_FEED = 0x0a;
/** Of the longest characters of UTF-8. */
const BYTES_PER_CHARACTER = 4;

/**
 * The last lines of bytes that come in pieces, without their line feeds; longer ones are cut. Only what is shown becomes
 * text: a log may be one line of megabytes, and it may be asked for again and again while it grows.
 */
export function lastLines(
  pieces: readonly Buffer[],
  { linesMax, charsMax }: { linesMax: number; charsMax: number },
): string[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const feeds = lastFeeds(pieces, linesMax + 1);
  const ends = feeds.at(-1) === length - 1 ? feeds : [...feeds, length];
  const lines = ends.map((end, index) => {
    const start = index === 0 ? 0 : ends[index - 1]! + 1;
    const bytes = copyRange(pieces, start, Math.min(end, start + BYTES_PER_CHARACTER * (charsMax + 1)));
    const text = bytes.toString('utf8');
    return text.length > charsMax ? `${text.slice(0, charsMax)} […]` : text;
  });
  return length === 0 ? [] : lines.slice(-linesMax);
}

/** Where the last line feeds stand, at most so many, in order. */
function lastFeeds(pieces: readonly Buffer[], feedsMax: number): number[] {
  const found: number[] = [];
  let start = pieces.reduce((sum, piece) => sum + piece.length, 0);
  for (const piece of pieces.toReversed()) {
    start -= piece.length;
    for (let at = piece.lastIndexOf(LINE_FEED); at >= 0 && found.length < feedsMax;) {
      found.push(start + at);
      at = at === 0 ? -1 : piece.lastIndexOf(LINE_FEED, at - 1);
    }
  }
  return found.toReversed();
}

function copyRange(pieces: readonly Buffer[], from: number, to: number): Buffer {
  let start = 0;
  const parts = pieces.map((piece) => {
    const part = piece.subarray(Math.max(0, from - start), Math.max(0, to - start));
    start += piece.length;
    return part;
  });
  return Buffer.concat(parts);
}
