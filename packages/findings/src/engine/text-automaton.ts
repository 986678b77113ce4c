// Finds many texts at once, at the price of looking at each character once (Aho and Corasick, 1975).
import { DIGITS, LINE_END } from './required-literals.ts';

export type TextAutomaton = {
  /**
   * Row after row of the next steps, `width` columns each: the beginning of the next row, shifted by STEP_BITS, with HINT or
   * OPENING or both where one of them was found there, LINE where a line ended. The last column is for what no line of text has: all of it is OTHER.
   */
  table: Int32Array;
  width: number;
  /** Columns of the characters of ASCII; 0 for those that no text has. */
  ascii: Uint8Array;
  /** The column of any other character. */
  columnOf: (code: number) => number;
  /** Beginning of the row at the beginning of a line. */
  lineStart: number;
  /** What was found at a row, by its number: beginning / width. */
  found: readonly (readonly number[])[];
};

export const HINT = 1;
export const OPENING = 2;
export const LINE = 4;
export const OTHER = -1;
export const STEP_BITS = 3;
export const ASCII = 128;
const NONE = -1;

/**
 * `texts`: numbers of the patterns to tell of each, the first `hints` of them hints and the others openings. Digits in a row count
 * as one sign, in texts and in lines.
 */
export function buildTextAutomaton(
  texts: ReadonlyMap<string, ReadonlySet<number>>,
  hints: number,
): TextAutomaton {
  const columns = columnsOf([LINE_END, DIGITS, ...texts.keys()]);
  const { count, ascii, columnOf } = columns;
  const width = count + 1;
  const trie = createTrie(
    width,
    [...texts.keys()].reduce((sum, text) => sum + text.length, 1),
  );
  for (const [text, told] of texts) {
    let state = 0;
    for (let index = 0; index < text.length; index++)
      state = trie.step(state, columnOf(text.charCodeAt(index)));
    for (const each of told) trie.found[state]!.add(each); // Each state has one.
  }
  trie.followFailures();
  trie.stay(columnOf(DIGITS.charCodeAt(0)));
  const found = trie.found.map((told) => [...told]);
  const lineEnd = columnOf(LINE_END.charCodeAt(0));
  const flagsOf = (told: readonly number[]) =>
    (told.some((each) => each < hints) ? HINT : 0) + (told.some((each) => each >= hints) ? OPENING : 0);
  const steps = found.map((told, state) => ((state * width) << STEP_BITS) + flagsOf(told));
  const table = trie.next().map((state, at) => {
    const column = at % width;
    return column === count ? OTHER : steps[state]! + (column === lineEnd ? LINE : 0);
  });
  const lineStart = table[lineEnd]! >> STEP_BITS;
  return { table, width, ascii, columnOf, lineStart, found };
}

function createTrie(width: number, statesMax: number) {
  const next = new Int32Array(statesMax * width).fill(NONE);
  const found: Set<number>[] = [new Set()];
  /** The column that leads into each state. */
  const last = [0];
  return {
    found,
    next: () => next.subarray(0, found.length * width),
    step: (state: number, column: number): number => {
      const at = state * width + column;
      if (next[at] === NONE) {
        next[at] = found.push(new Set()) - 1;
        last.push(column);
      }
      return next[at]!; // Just set, or set before.
    },
    /** Where a text breaks off, the search goes on at the longest text that its end begins. */
    followFailures: () => {
      const failure = new Int32Array(found.length);
      const waiting: number[] = [];
      for (let column = 0; column < width; column++) {
        if (next[column] === NONE) next[column] = 0;
        else waiting.push(next[column]!);
      }
      for (let at = 0; at < waiting.length; at++) {
        const state = waiting[at]!; // Below the length.
        const fallback = failure[state]!;
        for (const each of found[fallback]!) found[state]!.add(each);
        for (let column = 0; column < width; column++) {
          const beyond = next[fallback * width + column]!;
          const child = next[state * width + column]!;
          if (child === NONE) next[state * width + column] = beyond;
          else {
            failure[child] = beyond;
            waiting.push(child);
          }
        }
      }
    },
    /** The sign in `column` once more changes nothing. */
    stay: (column: number) => {
      for (let state = 0; state < found.length; state++) {
        if (last[state] === column) next[state * width + column] = state;
      }
    },
  };
}

/** Characters beyond ASCII get columns of their own, the rare ones that texts have; all others share column 0. */
function columnsOf(texts: readonly string[]) {
  const rare = new Map<number, number>();
  const ascii = new Uint8Array(ASCII);
  let count = 1;
  for (const character of new Set(texts.join('').split(''))) {
    const code = character.charCodeAt(0);
    if (code < ASCII) ascii[code] = count++;
    else rare.set(code, count++);
  }
  for (let digit = 0; digit < 10; digit++) ascii[0x30 + digit] = ascii[DIGITS.charCodeAt(0)]!;
  return {
    count,
    ascii,
    columnOf: (code: number) => (code < ASCII ? ascii[code]! : (rare.get(code) ?? 0)),
  };
}
