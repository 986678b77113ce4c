// What a line must contain, letter for letter, for a pattern to match it. Patterns of tools are written in a small part of the
// regular expressions: alternatives, groups, classes, bounded repetition. What this does not understand counts as unknown.

/** Both ends of a line, in texts and in what is searched for them: no line holds one. */
export const LINE_END = '\n';
/** Any number of digits in a row, in texts and in what is searched for them. */
export const DIGITS = '0';

/** Shorter texts stand in too many lines to tell anything, unless they are signs that nobody writes by hand. */
const CHARS_MIN = 3;
const RARE = /[^\0-~]|\\/;
/** Longer texts tell no more, and cost room in the index. */
const CHARS_MAX = 12;
/** More ways to match than that are no saving. */
const WAYS_MAX = 64;
/** Classes of more characters say nothing. */
const MEMBERS_MAX = 26;
const COPIES_MAX = 4;

export type Alternative = {
  source: string;
  /** One of these stands in every line that it matches; null: nothing of the kind is known. */
  literals: readonly string[] | null;
};

/** The alternatives at the top of a pattern, each with the texts that a line needs for it to match. */
export function requiredLiterals(source: string, charsMin = CHARS_MIN): Alternative[] {
  return splitAlternatives(source).map((alternative) => {
    const texts = new Set(waysOfSequence(alternative).map(({ best }) => best.slice(0, CHARS_MAX)));
    const isTold = [...texts].every((text) => isTelling(text, charsMin));
    return { source: alternative, literals: isTold ? [...texts] : null };
  });
}

function isTelling(text: string, charsMin: number): boolean {
  return weigh(text) >= charsMin;
}

/** Few lines begin or end with a given character. */
function weigh(text: string): number {
  const atEnd = text.length > 1 && text.includes(LINE_END);
  return text.length + (atEnd ? 1.5 : 0) + (RARE.test(text) ? 2 : 0);
}

/** One way in which a part of a pattern can match: what it begins and ends with, and the most telling text in it. */
type Way = { prefix: string; suffix: string; best: string; isExact: boolean };

const UNKNOWN: Way = { prefix: '', suffix: '', best: '', isExact: false };
const NOTHING = exactly('');

function exactly(text: string): Way {
  return { prefix: text, suffix: text, best: text, isExact: true };
}

function waysOfAlternatives(source: string): Way[] {
  const ways = splitAlternatives(source).flatMap(waysOfSequence);
  return ways.length > WAYS_MAX ? [UNKNOWN] : ways;
}

function waysOfSequence(alternative: string): Way[] {
  let ways: Way[] = [NOTHING];
  for (let index = 0; index < alternative.length;) {
    const item = readItem(alternative, index);
    const repeat = readRepeat(alternative, item.end);
    ways = follow(ways, repeated(waysOfItem(item), repeat));
    index = repeat.end;
  }
  return ways;
}

function follow(first: readonly Way[], second: readonly Way[]): Way[] {
  if (first.length * second.length <= WAYS_MAX) {
    return first.flatMap((way) => second.map((next) => join(way, next)));
  }
  // Too many together: the side that tells more stands for both.
  const least = (ways: readonly Way[]) => Math.min(...ways.map(({ best }) => weigh(best)));
  return least(first) >= least(second)
    ? first.map((way) => join(way, UNKNOWN))
    : second.map((way) => join(UNKNOWN, way));
}

function join(a: Way, b: Way): Way {
  if (a.isExact && b.isExact) return exactly(together(a.best, b.best));
  const candidates = [a.best, b.best, together(a.suffix, b.prefix)];
  return {
    prefix: a.isExact ? together(a.prefix, b.prefix) : a.prefix,
    suffix: b.isExact ? together(a.suffix, b.suffix) : b.suffix,
    best: candidates.reduce((best, text) => (weigh(text) > weigh(best) ? text : best)),
    isExact: false,
  };
}

function together(a: string, b: string): string {
  return a.endsWith(DIGITS) && b.startsWith(DIGITS) ? a + b.slice(1) : a + b;
}

type Repeat = { least: number; most: number; end: number };

function repeated(ways: readonly Way[], { least, most }: Repeat): Way[] {
  if (least === 1 && most === 1) return [...ways];
  const isDigits = ways.length === 1 && ways[0]!.isExact && ways[0]!.best === DIGITS;
  const some = isDigits || most === 1 ? [...ways] : repeatedOften(ways, Math.max(1, least), most);
  return least === 0 ? [NOTHING, ...some] : some;
}

function repeatedOften(ways: readonly Way[], least: number, most: number): Way[] {
  const [only, ...others] = ways;
  // Of several ways the last one is any of them, and so is the first one.
  if (only === undefined || others.length > 0)
    return ways.map((way) => ({ ...way, prefix: '', isExact: false }));
  let copies = only;
  for (let count = 1; count < Math.min(least, COPIES_MAX); count++) copies = join(copies, only);
  return [least === most && least <= COPIES_MAX ? copies : { ...copies, isExact: false }];
}

type Item = { kind: 'text' | 'group' | 'class' | 'unknown'; text: string; end: number };

function waysOfItem({ kind, text }: Item): Way[] {
  if (kind === 'text') return [exactly(/^\d$/.test(text) ? DIGITS : text)];
  if (kind === 'group') return waysOfAlternatives(text);
  const members = kind === 'class' ? membersOf(text) : null;
  return members === null ? [UNKNOWN] : members.map((member) => exactly(member));
}

function readItem(source: string, at: number): Item {
  const character = source[at]!; // Asked within the text only.
  if (character === '^' || character === '$') return { kind: 'text', text: LINE_END, end: at + 1 };
  if (character === '.') return { kind: 'unknown', text: '', end: at + 1 };
  if (character === '[') {
    const end = endOfClass(source, at);
    return { kind: 'class', text: source.slice(at + 1, end - 1), end };
  }
  if (character === '(') return readGroup(source, at);
  if (character !== '\\') return { kind: 'text', text: character, end: at + 1 };
  return readEscape(source, at);
}

function readEscape(source: string, at: number): Item {
  const escaped = source[at + 1] ?? '';
  if (escaped === 't') return { kind: 'text', text: '\t', end: at + 2 };
  if (escaped === 'd') return { kind: 'text', text: DIGITS, end: at + 2 };
  if (escaped === 'b' || escaped === 'B') return { kind: 'text', text: '', end: at + 2 };
  if (/[^A-Za-z0-9]/.test(escaped)) return { kind: 'text', text: escaped, end: at + 2 };
  const code = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(source.slice(at, at + 6));
  if (code === null) return { kind: 'unknown', text: '', end: at + 2 };
  const text = String.fromCharCode(Number.parseInt(code[1] ?? code[2] ?? '', 16));
  return { kind: 'text', text, end: at + code[0].length };
}

function readGroup(source: string, at: number): Item {
  const end = endOfGroup(source, at);
  const start = /^\((?:\?:|\?<\w+>|(?!\?))/.exec(source.slice(at, at + 80))?.[0];
  // What is looked at and not taken has its own place elsewhere, or need not stand there.
  if (start === undefined) return { kind: 'text', text: '', end };
  return { kind: 'group', text: source.slice(at + start.length, end - 1), end };
}

function readRepeat(source: string, at: number): Repeat {
  const found = /^(?:([?*+])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(source.slice(at, at + 20));
  if (found === null) return { least: 1, most: 1, end: at };
  const [whole, sign, least, comma, most] = found;
  const end = at + whole.length;
  if (sign !== undefined) return { least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity, end };
  const atMost = comma === undefined ? Number(least) : most === '' ? Infinity : Number(most);
  return { least: Number(least), most: atMost, end };
}

/** Of `[a-c_]` the characters; null where they are too many or not known. Digits are one. */
function membersOf(inside: string): string[] | null {
  if (inside.startsWith('^')) return null;
  const members = new Set<string>();
  for (let index = 0; index < inside.length;) {
    const isEscape = inside[index] === '\\';
    const item = isEscape ? readEscape(inside, index) : undefined;
    if (item !== undefined && item.kind !== 'text') return null;
    const first = item?.text ?? inside[index]!; // Below the length.
    index = item?.end ?? index + 1;
    const isRange = inside[index] === '-' && index + 1 < inside.length;
    const last = isRange ? inside[index + 1]! : first;
    if (isRange && last === '\\') return null;
    if (isRange) index += 2;
    for (let code = first.charCodeAt(0); code <= last.charCodeAt(0); code++) {
      const member = String.fromCharCode(code);
      members.add(/\d/.test(member) ? DIGITS : member);
    }
    if (members.size > MEMBERS_MAX) return null;
  }
  return [...members];
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
