// Finds many texts at once, at the price of looking at each character once (Aho and Corasick, 1975).
import { DIGITS, LINE_END } from './required-literals.ts';

export type TextAutomaton = {
  /**
   * Row after row of the next states, `1 << rowBits` columns each. Small numbers: the rows that most text goes through stay in
   * the nearest cache. The last column that is used is for what no line of text has: all of it is OTHER.
   */
  next: Uint16Array;
  rowBits: number;
  /** Columns of the characters of ASCII; 0 for those that no text has. */
  ascii: Uint8Array;
  /** The column of any other character. */
  columnOf: (code: number) => number;
  /** The column of what no line of text has. */
  otherColumn: number;
  /** The state at the beginning of a line. */
  lineStart: number;
  /** The first of the states at which something was found or a line ended; OTHER is beyond them all. */
  telling: number;
  /** By state: HINT or OPENING or both where one of them was found there, LINE where a line ended. */
  flags: Uint8Array;
  /** By state: the numbers of the patterns found there. */
  found: readonly (readonly number[])[];
};

export const HINT = 1;
export const OPENING = 2;
export const LINE = 4;
export const OTHER = 0xffff;
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
  const { count, ascii, columnOf } = columnsOf([LINE_END, DIGITS, ...texts.keys()]);
  const trie = createTrie(
    count,
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

  const lineEnd = columnOf(LINE_END.charCodeAt(0));
  const flagsOf = (told: ReadonlySet<number>, state: number) =>
    ([...told].some((each) => each < hints) ? HINT : 0) +
    ([...told].some((each) => each >= hints) ? OPENING : 0) +
    (trie.last[state] === lineEnd ? LINE : 0);
  const flags = trie.found.map(flagsOf);
  // What tells nothing comes first.
  const order = [...flags.keys()].sort((a, b) => Number(flags[a] !== 0) - Number(flags[b] !== 0) || a - b);
  if (order.length >= OTHER) throw new Error(`${order.length} states are more than an automaton can number`);
  const places = new Uint16Array(order.length);
  for (const [place, state] of order.entries()) places[state] = place;

  const rowBits = Math.ceil(Math.log2(count + 1));
  const next = new Uint16Array(order.length << rowBits).fill(OTHER);
  for (const [place, state] of order.entries()) {
    for (let column = 0; column < count; column++) {
      next[(place << rowBits) | column] = places[trie.nextOf(state, column)]!; // Each state has a place.
    }
  }
  return {
    next,
    rowBits,
    ascii,
    columnOf,
    otherColumn: count,
    lineStart: places[trie.nextOf(0, lineEnd)]!, // The same.
    telling: flags.filter((flag) => flag === 0).length,
    flags: Uint8Array.from(order, (state) => flags[state]!), // It is one of them.
    found: order.map((state) => [...trie.found[state]!]), // The same.
  };
}

function createTrie(width: number, statesMax: number) {
  const next = new Int32Array(statesMax * width).fill(NONE);
  const found: Set<number>[] = [new Set()];
  /** The column that leads into each state. */
  const last = [0];
  return {
    found,
    last,
    nextOf: (state: number, column: number): number => next[state * width + column]!, // Within, as the caller knows.
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
