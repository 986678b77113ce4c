// Where a JSON document ends that arrives line by line, and whether a line can be part of it at all.
import { JSON_DEPTH_MAX } from '../core/limits.ts';

/**
 * - `open`: the line belongs to the document, which goes on.
 * - `closed`: it ends in this line, before the character `end`.
 * - `foreign`: the line cannot stand there. It was not counted, so the next line may go on where the last one stopped.
 */
export type Extent = { state: 'open' } | { state: 'foreign' } | { state: 'closed'; end: number };

export type ExtentScanner = { line: (text: string) => Extent };

const OPEN: Extent = { state: 'open' };
const FOREIGN: Extent = { state: 'foreign' };
/** Everything of JSON but strings and brackets. The two parts cannot begin alike, so this is linear. */
const BETWEEN = /[\s,:\d+\-.eE]*(?:(?:true|false|null)[\s,:\d+\-.eE]*)*/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export function createJsonExtent(): ExtentScanner {
  let closers: string[] = [];
  return {
    line: (text) => {
      const before = closers.slice();
      const extent = scan(text, closers);
      if (extent.state === 'foreign') closers = before;
      return extent;
    },
  };
}

function scan(text: string, closers: string[]): Extent {
  let at = 0;
  for (;;) {
    BETWEEN.lastIndex = at;
    BETWEEN.test(text);
    at = BETWEEN.lastIndex;
    if (at >= text.length) return OPEN;
    if (text.charCodeAt(at) === QUOTE) {
      const end = endOfString(text, at);
      // A string may not hold a line end.
      if (end < 0) return FOREIGN;
      at = end + 1;
      continue;
    }
    const char = text[at];
    if (char === '{') closers.push('}');
    else if (char === '[') closers.push(']');
    else if (char !== closers.pop()) return FOREIGN;
    at += 1;
    if (closers.length > JSON_DEPTH_MAX) return FOREIGN;
    if (closers.length === 0) return { state: 'closed', end: at };
  }
}

/** Index of the closing quote; -1 when the line ends inside the string. */
function endOfString(text: string, open: number): number {
  for (let end = text.indexOf('"', open + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}
