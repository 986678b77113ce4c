// What a line must contain, letter for letter, for a pattern to match it. Patterns of tools are written in a small part of the
// regular expressions: alternatives, groups, classes, bounded repetition. What this does not understand counts as no literal.

/** Shorter texts stand in too many lines to tell anything, unless they are signs that nobody writes by hand. */
const CHARS_MIN = 3;
const RARE = /[^\0-~]/;
/** More texts than that for one alternative are no saving. */
const TEXTS_MAX = 24;

export type Alternative = {
  source: string;
  /** One of these stands in every line that it matches; null: nothing of the kind is known. */
  literals: readonly string[] | null;
};

/** The alternatives at the top of a pattern, each with the texts that a line needs for it to match. */
export function requiredLiterals(source: string): Alternative[] {
  return splitAlternatives(source).map((alternative) => ({
    source: alternative,
    literals: bestOf(literalSets(alternative)),
  }));
}

/** The most telling set: the one whose shortest text is the longest. */
function bestOf(sets: readonly (readonly string[])[]): readonly string[] | null {
  const telling = sets.filter((set) => set.length <= TEXTS_MAX && set.every(isTelling));
  return telling.toSorted((a, b) => shortest(b) - shortest(a) || a.length - b.length)[0] ?? null;
}

function isTelling(text: string): boolean {
  return text.length >= CHARS_MIN || RARE.test(text);
}

function shortest(set: readonly string[]): number {
  return Math.min(...set.map((text) => text.length));
}

/** All sets of an alternative: each run of plain characters, and what each group that must match requires. */
function literalSets(alternative: string): (readonly string[])[] {
  const sets: (readonly string[])[] = [];
  let run = '';
  const endRun = () => {
    if (run !== '') sets.push([run]);
    run = '';
  };
  for (let index = 0; index < alternative.length;) {
    const item = readItem(alternative, index);
    const repeat = readRepeat(alternative, item.end);
    index = repeat.end;
    if (item.kind === 'nothing') continue;
    if (item.kind === 'character' && repeat.isOnce) {
      run += item.text;
      continue;
    }
    // A character that is repeated at least once stands there at least once.
    if (item.kind === 'character' && repeat.isRequired) run += item.text;
    endRun();
    if (item.kind === 'group' && repeat.isRequired) {
      const inner = splitAlternatives(item.text).map((each) => bestOf(literalSets(each)));
      if (inner.every((set) => set !== null)) sets.push(inner.flat());
    }
  }
  endRun();
  return sets;
}

type Item = { kind: 'character' | 'group' | 'class' | 'nothing'; text: string; end: number };

function readItem(source: string, at: number): Item {
  const character = source[at]!; // Asked within the text only.
  if (character === '^' || character === '$') return { kind: 'nothing', text: '', end: at + 1 };
  if (character === '.') return { kind: 'class', text: '', end: at + 1 };
  if (character === '[') return { kind: 'class', text: '', end: endOfClass(source, at) };
  if (character === '(') return readGroup(source, at);
  if (character !== '\\') return { kind: 'character', text: character, end: at + 1 };
  const escaped = source[at + 1] ?? '';
  if (escaped === 't') return { kind: 'character', text: '\t', end: at + 2 };
  if (escaped === 'b' || escaped === 'B') return { kind: 'nothing', text: '', end: at + 2 };
  const isPlain = /[^A-Za-z0-9]/.test(escaped);
  if (isPlain) return { kind: 'character', text: escaped, end: at + 2 };
  const code = /^\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]+\})/.exec(source.slice(at))?.[0];
  return { kind: 'class', text: '', end: at + (code?.length ?? 2) };
}

function readGroup(source: string, at: number): Item {
  const end = endOfGroup(source, at);
  const isPlain = source.startsWith('(?:', at);
  if (isPlain) return { kind: 'group', text: source.slice(at + 3, end - 1), end };
  // What is looked at and not taken need not stand there.
  if (source.startsWith('(?=', at) || source.startsWith('(?!', at) || source.startsWith('(?<', at)) {
    return { kind: 'class', text: '', end };
  }
  return { kind: 'group', text: source.slice(at + 1, end - 1), end };
}

function readRepeat(source: string, at: number): { isOnce: boolean; isRequired: boolean; end: number } {
  const found = /^(?:[?*+]|\{(\d+)(?:,\d*)?\})\??/.exec(source.slice(at, at + 20));
  if (found === null) return { isOnce: true, isRequired: true, end: at };
  const least = found[1] === undefined ? Number(found[0].startsWith('+')) : Number(found[1]);
  return { isOnce: false, isRequired: least > 0, end: at + found[0].length };
}

/** At the bars that stand in no group and no class. */
function splitAlternatives(source: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < source.length;) {
    if (source[index] === '|') {
      parts.push(source.slice(start, index));
      start = index + 1;
    }
    index = readItem(source, index).end;
  }
  return [...parts, source.slice(start)];
}

function endOfClass(source: string, at: number): number {
  let index = at + 1;
  if (source[index] === '^') index += 1;
  for (; index < source.length && source[index] !== ']'; index++) if (source[index] === '\\') index += 1;
  return index + 1;
}

function endOfGroup(source: string, at: number): number {
  let index = at + 1;
  while (index < source.length && source[index] !== ')') {
    if (source[index] === '(') index = endOfGroup(source, index);
    else if (source[index] === '[') index = endOfClass(source, index);
    else index += source[index] === '\\' ? 2 : 1;
  }
  return index + 1;
}
