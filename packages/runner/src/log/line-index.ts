// Line numbers for any offset in the kept tail of the output, without keeping the output: a mark every so many bytes, and
// the few bytes between an offset and the next mark are counted again.
import { countLineFeeds } from './count-line-feeds.ts';

export type LineIndex = {
  /** Line feeds so far. */
  readonly lines: number;
  add(chunk: Buffer): void;
  /** Line feeds before `byte`, or null when `read` no longer has the bytes behind it. `byte` must lie in the kept tail. */
  linesBefore(
    byte: number,
    read: (fromByte: number, toByte: number) => Promise<Buffer | null>,
  ): Promise<number | null>;
};

/** Marks older than the last `keepBytes` are forgotten, so a log of any length needs at most twice `keepBytes / stepBytes` of them. */
export function createLineIndex({
  stepBytes,
  keepBytes,
}: {
  stepBytes: number;
  keepBytes: number;
}): LineIndex {
  /** Line feeds before each multiple of `stepBytes`; the first element belongs to the multiple `firstMark`. */
  let marks: number[] = [];
  let firstMark = 1;
  let endByte = 0;
  let lines = 0;

  function add(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      const next = Math.min(chunk.length, at + stepBytes - (endByte % stepBytes));
      lines += countLineFeeds(chunk.subarray(at, next));
      endByte += next - at;
      at = next;
      if (endByte % stepBytes === 0) marks.push(lines);
    }
    forgetOldMarks();
  }

  function forgetOldMarks(): void {
    const keep = Math.ceil(keepBytes / stepBytes) + 1;
    // In bulk, so that the cost of moving the array is spread over many marks.
    if (marks.length < 2 * keep) return;
    firstMark += marks.length - keep;
    marks = marks.slice(-keep);
  }

  return {
    get lines() {
      return lines;
    },
    add,
    async linesBefore(byte, read) {
      const mark = Math.max(firstMark, Math.ceil(byte / stepBytes));
      const linesAtMark = marks[mark - firstMark];
      const markByte = linesAtMark === undefined ? endByte : mark * stepBytes;
      const linesThere = linesAtMark ?? lines;
      const between = await read(byte, markByte);
      return between && linesThere - countLineFeeds(between);
    },
  };
}
