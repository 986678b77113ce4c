// Several JSON documents one after another, among lines of other things: a document begins with a bracket alone at the start
// of a line and ends where its brackets are closed.
import { parseJsonLine } from './json-line.ts';

/** A document that never ends must not fill the memory. */
const DOCUMENT_CHARS_MAX = 16 * 1024 ** 2;

export type DocumentStep = { state: 'outside' | 'inside' | 'broken' } | { state: 'whole'; value: unknown };

export type JsonDocuments = {
  line: (text: string) => DocumentStep;
  isInside: () => boolean;
};

/** Reads pretty-printed documents: the closing bracket stands alone at the start of a line, as the opening one does. */
export function createJsonDocuments(): JsonDocuments {
  let lines: string[] = [];
  let chars = 0;
  const reset = () => {
    lines = [];
    chars = 0;
  };
  return {
    line: (text) => {
      if (lines.length === 0 && !/^[{[]\s*$/.test(text)) return { state: 'outside' };
      // A new document begins: the one before was cut off.
      const wasCut = lines.length > 0 && /^[{[]\s*$/.test(text);
      if (wasCut) reset();
      lines.push(text);
      chars += text.length;
      if (chars > DOCUMENT_CHARS_MAX) {
        reset();
        return { state: 'broken' };
      }
      if (!/^[}\]]\s*$/.test(text)) return { state: wasCut ? 'broken' : 'inside' };
      const value = parseJsonLine(lines.join('\n'));
      reset();
      return value === undefined ? { state: 'broken' } : { state: 'whole', value };
    },
    isInside: () => lines.length > 0,
  };
}
