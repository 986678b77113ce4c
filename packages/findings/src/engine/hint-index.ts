// Finds out which of many patterns may match a line, at the price of looking at each of its characters once. The texts that the
// patterns require are searched all together; patterns that require none are tried one by one. Lines of JSON are long and meant
// for programs: only patterns that begin like them are tried, and what stands in them is not searched.
import { createLineSkimmer, JSON_LINE, type LineSkimmer, type WantedLine } from './line-skimmer.ts';
import { requiredLiterals } from './required-literals.ts';
import { ASCII, buildTextAutomaton, type TextAutomaton } from './text-automaton.ts';

export type HintIndex = {
  /**
   * Marks with 1 the hints that may match the line and says whether there are any. Those that it does not mark do not
   * match, or do not begin like the line of JSON that it is. Marks of the line before are taken back.
   */
  mark: (line: string) => boolean;
  /** Those marked now, in no order. */
  marked: () => readonly number[];
  /** One entry for each hint, 0 or 1. */
  marks: Uint8Array;
  /** Passes over lines that neither a hint nor an opening matches. */
  skim: LineSkimmer;
};

const LINE_FEED = 10;

/** `openings`: patterns that are not marked; `skim` stops before what they match, all the same. */
export function createHintIndex(hints: readonly RegExp[], openings: readonly RegExp[] = []): HintIndex {
  const { alternatives, automaton, tried, ofJson } = compile(hints, openings);
  const marks = new Uint8Array(hints.length);
  let marked: number[] = [];
  let wanted: WantedLine | undefined;

  const all = alternatives.map(({ pattern }) => pattern);
  // What has no text to be found by may be anywhere.
  const skim: LineSkimmer =
    tried.length > 0 ? (_, start) => ({ next: start, lines: 0 }) : createLineSkimmer(automaton, all);

  const mark = (alternative: number) => {
    const hint = alternatives[alternative]!.owner; // The automaton tells what it was given.
    if (hint >= hints.length || marks[hint] === 1) return;
    marks[hint] = 1;
    marked.push(hint);
  };
  const markMatching = (numbers: readonly number[], line: string) => {
    for (const each of numbers) if (alternatives[each]!.pattern.test(line)) mark(each);
  };

  return {
    marks,
    marked: () => marked,
    mark: (line) => {
      if (marked.length > 0) {
        for (const hint of marked) marks[hint] = 0;
        marked = [];
      }
      if (line.startsWith(JSON_LINE)) markMatching(ofJson, line);
      else {
        // What is shown next is mostly what the skimming has stopped at, and looked at already.
        if (wanted?.head === line) markFound(automaton, wanted.states, mark);
        else search(automaton, line, mark);
        markMatching(tried, line);
      }
      return marked.length > 0;
    },
    skim: (bytes, start) => {
      const skimmed = skim(bytes, start);
      wanted = skimmed.wanted;
      return skimmed;
    },
  };
}

/** Openings are few, so that shorter texts are telling. */
const OPENING_CHARS_MIN = 2;

/** A pattern that begins with it matches nothing but lines of JSON. */
const JSON_PATTERN = String.raw`^\{`;

/**
 * `owner`: number of the hint, or from the number of hints on of the opening. `tried`: those that require no text. `ofJson`:
 * hints that begin like a line of JSON.
 */
function compile(hints: readonly RegExp[], openings: readonly RegExp[]) {
  const alternatives: { owner: number; pattern: RegExp }[] = [];
  const texts = new Map<string, Set<number>>();
  const tried: number[] = [];
  const add = ({ source: whole }: RegExp, owner: number, charsMin?: number) => {
    for (const { source, literals } of requiredLiterals(whole, charsMin)) {
      const number = alternatives.push({ owner, pattern: new RegExp(source) }) - 1;
      if (literals === null) tried.push(number);
      else for (const text of literals) addTo(texts, text, number);
    }
  };
  for (const [owner, hint] of hints.entries()) add(hint, owner);
  const hinted = alternatives.length;
  for (const [index, opening] of openings.entries()) add(opening, hints.length + index, OPENING_CHARS_MIN);
  const ofJson = [...alternatives.keys()].filter(
    (number) => number < hinted && alternatives[number]!.pattern.source.startsWith(JSON_PATTERN), // They are its keys.
  );
  return { alternatives, automaton: buildTextAutomaton(texts, hinted), tried, ofJson };
}

function addTo(texts: Map<string, Set<number>>, text: string, hint: number): void {
  const hints = texts.get(text);
  if (hints === undefined) texts.set(text, new Set([hint]));
  else hints.add(hint);
}

function markFound({ found }: TextAutomaton, states: readonly number[], tell: (hint: number) => void): void {
  for (const state of states) for (const hint of found[state]!) tell(hint);
}

function search(
  { next, rowBits, ascii, columnOf, lineStart, telling, found }: TextAutomaton,
  line: string,
  tell: (hint: number) => void,
): void {
  let state = lineStart;
  for (let index = 0; index < line.length; index++) {
    const code = line.charCodeAt(index);
    state = next[(state << rowBits) | (code < ASCII ? ascii[code]! : columnOf(code))]!; // A state times a column: always inside.
    if (state >= telling) for (const hint of found[state]!) tell(hint);
  }
  const end = next[(state << rowBits) | ascii[LINE_FEED]!]!;
  for (const hint of found[end]!) tell(hint);
}
