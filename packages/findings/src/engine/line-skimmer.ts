// Most of most logs is nobody's: these lines are passed over as bytes, without a string, a number or a question for each.
import type { Buffer } from 'node:buffer';
import { LINE_MATCHED_CHARS_MAX } from '../core/limits.ts';
import { HINT, LINE, OPENING, OTHER, type TextAutomaton } from './text-automaton.ts';

/** From the beginning of a line on, over whole lines of plain ASCII that no pattern matches, up to a line of JSON. */
export type LineSkimmer = (bytes: Buffer, start: number) => Skimmed;

export type Skimmed = {
  /** Where the first line begins that was not passed over. */
  next: number;
  lines: number;
  /** That line, when a pattern matches it. */
  wanted?: WantedLine;
};

/** A line of plain ASCII. */
export type WantedLine = {
  /** At most LINE_MATCHED_CHARS_MAX of it. */
  head: string;
  /** Of its line feed. */
  end: number;
  /** States of the automaton at which something was found in it. */
  states: readonly number[];
};

/** How a line of JSON begins. */
export const JSON_LINE = '{"';

const BRACE = 0x7b;
const QUOTE = 0x22;
const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DELETE = 127;

/** `patterns`: of the numbers that the automaton tells. */
export function createLineSkimmer(automaton: TextAutomaton, patterns: readonly RegExp[]): LineSkimmer {
  const { next: nextStates, rowBits, lineStart, telling, flags, found } = automaton;
  const columns = columnsOfBytes(automaton);
  /** The line for which a pattern was asked last: once is enough. */
  const asked = new Float64Array(patterns.length);
  let lineId = 0;

  /** `states`: where something was found in the line. */
  const isWanted = (states: readonly number[], line: string): boolean => {
    lineId++;
    for (const state of states) {
      for (const pattern of found[state]!) {
        if (asked[pattern] === lineId) continue;
        asked[pattern] = lineId;
        if (patterns[pattern]!.test(line)) return true;
      }
    }
    return false;
  };

  return (bytes, start) => {
    const states: number[] = [];
    let next = start;
    let lines = 0;
    let state = lineStart;
    const isJson = () => bytes[next] === BRACE && bytes[next + 1] === QUOTE;
    if (isJson()) return { next, lines };
    for (let index = start; index < bytes.length; index++) {
      const to = nextStates[(state << rowBits) | columns[bytes[index]!]!]!; // A state times a column: always inside.
      if (to >= telling) {
        if (to === OTHER) {
          if (bytes[index] === CARRIAGE_RETURN && bytes[index + 1] === LINE_FEED) continue;
          break;
        }
        const flag = flags[to]!; // Each state has some.
        if ((flag & (HINT | OPENING)) !== 0) states.push(to);
        if ((flag & LINE) !== 0) {
          if (states.length > 0) {
            const textEnd = Math.min(endOfText(bytes, index), next + LINE_MATCHED_CHARS_MAX);
            const head = bytes.toString('latin1', next, textEnd);
            if (isWanted(states, head)) return { next, lines, wanted: { head, end: index, states } };
            states.length = 0;
          }
          next = index + 1;
          lines++;
          if (isJson()) break;
        }
      }
      state = to;
    }
    return { next, lines };
  };
}

/** Without the carriage return before the line feed at `end`. */
export function endOfText(bytes: Buffer, end: number): number {
  return bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
}

/** Bytes that may be part of an escape sequence or of a letter stop: such a line has to be cleaned and decoded first. */
function columnsOfBytes({ ascii, otherColumn }: TextAutomaton): Uint8Array {
  const columns = new Uint8Array(256).fill(otherColumn);
  for (let byte = 0; byte < DELETE; byte++) {
    if (byte >= SPACE || byte === TAB || byte === LINE_FEED) columns[byte] = ascii[byte]!; // ASCII has columns.
  }
  return columns;
}
