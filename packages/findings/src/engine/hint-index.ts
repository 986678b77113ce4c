// Finds out which of many patterns may match a line, at the price of looking at each of its characters once. The texts that the
// patterns require are searched all together (Aho and Corasick, 1975); patterns that require none are tried as one.
import { requiredLiterals } from './required-literals.ts';

export type HintIndex = {
  /**
   * Marks with 1 the patterns that may match the line and says whether there are any. Those that it does not mark do not
   * match. Marks of the line before are taken back.
   */
  mark: (line: string) => boolean;
  /** Those marked now, in no order. */
  marked: () => readonly number[];
  /** One entry for each pattern, 0 or 1. */
  marks: Uint8Array;
};

/** Characters beyond ASCII get columns of their own, the rare ones that patterns have; all others share column 0. */
const ASCII = 128;

export function createHintIndex(hints: readonly RegExp[]): HintIndex {
  const { automaton, tried } = compiled(hints);
  const marks = new Uint8Array(hints.length);
  let marked: number[] = [];

  const mark = (hint: number) => {
    if (marks[hint] === 1) return;
    marks[hint] = 1;
    marked.push(hint);
  };

  return {
    marks,
    marked: () => marked,
    mark: (line) => {
      if (marked.length > 0) {
        for (const hint of marked) marks[hint] = 0;
        marked = [];
      }
      automaton.search(line, mark);
      for (const { any, each } of tried) {
        if (any.test(line)) for (const { hint, pattern } of each) if (pattern.test(line)) mark(hint);
      }
      return marked.length > 0;
    },
  };
}

type Compiled = { automaton: Automaton; tried: ReturnType<typeof combine>[] };

/** Making one takes tens of milliseconds, and nearly every log is asked for the same hints. */
const recent = new Map<string, Compiled>();
const RECENT_MAX = 8;

function compiled(hints: readonly RegExp[]): Compiled {
  const key = hints.map(({ source }) => source).join('\n');
  const found = recent.get(key) ?? compile(hints);
  if (recent.size >= RECENT_MAX) recent.clear();
  recent.set(key, found);
  return found;
}

function compile(hints: readonly RegExp[]): Compiled {
  const texts = new Map<string, Set<number>>();
  const others: { hint: number; source: string }[] = [];
  for (const [hint, { source: pattern }] of hints.entries()) {
    for (const { source, literals } of requiredLiterals(pattern)) {
      if (literals === null) others.push({ hint, source });
      else for (const text of literals) addTo(texts, text, hint);
    }
  }
  // Most of the others are bound to the beginning of the line, where one look is enough.
  const tried = [
    others.filter(({ source }) => source.startsWith('^')),
    others.filter(({ source }) => !source.startsWith('^')),
  ].map(combine);
  return { automaton: buildAutomaton(texts), tried };
}

function combine(others: readonly { hint: number; source: string }[]) {
  const isBound = others.every(({ source }) => source.startsWith('^'));
  const sources = [...new Set(others.map(({ source }) => (isBound ? source.slice(1) : source)))];
  const any = new RegExp(`${isBound ? '^' : ''}(?:${sources.join('|') || '(?!)'})`);
  return { any, each: others.map(({ hint, source }) => ({ hint, pattern: new RegExp(source) })) };
}

function addTo(texts: Map<string, Set<number>>, text: string, hint: number): void {
  const hints = texts.get(text);
  if (hints === undefined) texts.set(text, new Set([hint]));
  else hints.add(hint);
}

type Automaton = { search: (line: string, found: (hint: number) => void) => void };

function buildAutomaton(texts: ReadonlyMap<string, ReadonlySet<number>>): Automaton {
  const columns = columnsOf([...texts.keys()]);
  const width = columns.count;
  const next: number[][] = [Array<number>(width).fill(-1)];
  const found: Set<number>[] = [new Set()];
  for (const [text, hints] of texts) {
    let state = 0;
    for (let index = 0; index < text.length; index++) {
      const column = columnOf(columns, text.charCodeAt(index));
      const row = next[state]!; // Each state has one.
      if (row[column] === -1) {
        row[column] = next.push(Array<number>(width).fill(-1)) - 1;
        found.push(new Set());
      }
      state = row[column]!;
    }
    for (const hint of hints) found[state]!.add(hint);
  }
  followFailures(next, found);
  const outputs = found.map((hints) => [...hints]);
  // The row of the next state, and in the lowest bit whether that state has found something.
  const table = Int32Array.from(
    next.flat(),
    (state) => 2 * state * width + (outputs[state]!.length > 0 ? 1 : 0),
  );
  const { plain, of } = columns;
  return {
    search: (line, tell) => {
      let row = 0;
      for (let index = 0; index < line.length; index++) {
        const code = line.charCodeAt(index);
        const step = table[row + (code < ASCII ? plain[code]! : of(code))]!; // Rows times columns: always inside.
        row = step >> 1;
        if ((step & 1) === 1) for (const hint of outputs[row / width]!) tell(hint);
      }
    },
  };
}

function columnOf({ plain, of }: ReturnType<typeof columnsOf>, code: number): number {
  return code < ASCII ? plain[code]! : of(code); // ASCII has columns.
}

/** Where a text breaks off, the search goes on at the longest text that its end begins. */
function followFailures(next: number[][], found: Set<number>[]): void {
  const failure = next.map(() => 0);
  const waiting: number[] = [];
  for (const [column, state] of next[0]!.entries()) {
    if (state === -1) next[0]![column] = 0;
    else waiting.push(state);
  }
  for (let state = waiting.shift(); state !== undefined; state = waiting.shift()) {
    const fallback = failure[state]!;
    for (const hint of found[fallback]!) found[state]!.add(hint);
    for (const [column, child] of next[state]!.entries()) {
      const beyond = next[fallback]![column]!;
      if (child === -1) next[state]![column] = beyond;
      else {
        failure[child] = beyond;
        waiting.push(child);
      }
    }
  }
}

function columnsOf(texts: readonly string[]): {
  count: number;
  /** Columns of ASCII. */
  plain: Uint8Array;
  /** The column of any other character. */
  of: (code: number) => number;
} {
  const rare = new Map<number, number>();
  const plain = new Uint8Array(ASCII);
  let count = 1;
  for (const character of new Set(texts.join(''))) {
    const code = character.charCodeAt(0);
    if (code < ASCII) plain[code] = count++;
    else rare.set(code, count++);
  }
  return { count, plain, of: (code) => rare.get(code) ?? 0 };
}
