// Where an XML document ends that arrives line by line. Its text may hold anything, so no line is foreign to it.
import { XML_DEPTH_MAX } from '../core/limits.ts';
import type { ExtentScanner } from './json-extent.ts';

/** What is skipped as a whole, by its beginning, with its end. The longest beginnings first. */
const SKIPPED = [
  { start: '<![CDATA[', end: ']]>' },
  { start: '<!--', end: '-->' },
  { start: '<?', end: '?>' },
  { start: '<!', end: '>' },
] as const;

export function createXmlExtent(): ExtentScanner {
  let depth = 0;
  /** What the current markup ends with; undefined in text. */
  let waitsFor: string | undefined;
  /** Inside a start tag: the quote of an open attribute value, or an empty string between attributes. */
  let quote: string | undefined;

  /** Index behind the tag, or -1 when the line ends inside it. */
  const skipTag = (text: string, start: number): number => {
    for (let at = start; at < text.length; at++) {
      const char = text[at]!; // Below the length.
      if (quote !== '') {
        if (char === quote) quote = '';
      } else if (char === '"' || char === "'") quote = char;
      else if (char === '>') {
        quote = undefined;
        if (text[at - 1] !== '/') depth += 1;
        return at + 1;
      }
    }
    return -1;
  };

  return {
    line: (text) => {
      let at = 0;
      while (at < text.length) {
        if (quote !== undefined) {
          at = skipTag(text, at);
          if (at < 0) return { state: 'open' };
        } else if (waitsFor !== undefined) {
          const end = text.indexOf(waitsFor, at);
          if (end < 0) return { state: 'open' };
          at = end + waitsFor.length;
          waitsFor = undefined;
          continue;
        } else {
          at = text.indexOf('<', at);
          if (at < 0) return { state: 'open' };
          const skipped = SKIPPED.find(({ start }) => text.startsWith(start, at));
          if (skipped !== undefined) {
            waitsFor = skipped.end;
            at += skipped.start.length;
            continue;
          }
          if (text[at + 1] === '/') {
            waitsFor = '>';
            at += 2;
            depth -= 1;
            if (depth > 0) continue;
            const end = text.indexOf('>', at);
            return { state: 'closed', end: end < 0 ? text.length : end + 1 };
          }
          quote = '';
          at += 1;
          continue;
        }
        if (depth > XML_DEPTH_MAX) return { state: 'foreign' };
        if (depth === 0 && text[at - 2] === '/') return { state: 'closed', end: at };
      }
      return { state: 'open' };
    },
  };
}
