// Most of most logs is nobody's: these lines are passed over as bytes, without a string, a number or a question for each.
import type { Buffer } from 'node:buffer';
import { LINE_MATCHED_CHARS_MAX } from '../core/limits.ts';
import { HINT, LINE, OPENING, OTHER, STEP_BITS, type TextAutomaton } from './text-automaton.ts';

/** From the beginning of a line on, over whole lines of plain ASCII that no pattern matches. */
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
  /** Rows of the automaton at which something was found in it. */
  rows: readonly number[];
};

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DELETE = 127;

/** `patterns`: of the numbers that the automaton tells. */
export function createLineSkimmer(automaton: TextAutomaton, patterns: readonly RegExp[]): LineSkimmer {
  const { table, width, lineStart, found } = automaton;
  const columns = columnsOfBytes(automaton);
  /** The line for which a pattern was asked last: once is enough. */
  const asked = new Float64Array(patterns.length);
  let lineId = 0;

  /** `rows`: where something was found in the line. */
  const isWanted = (rows: readonly number[], line: string): boolean => {
    lineId++;
    for (const row of rows) {
      for (const pattern of found[row / width]!) {
        if (asked[pattern] === lineId) continue;
        asked[pattern] = lineId;
        if (patterns[pattern]!.test(line)) return true;
      }
    }
    return false;
  };

  return (bytes, start) => {
    const rows: number[] = [];
    let next = start;
    let lines = 0;
    let row = lineStart;
    for (let index = start; index < bytes.length; index++) {
      const step = table[row + columns[bytes[index]!]!]!; // Rows times columns: always inside.
      if ((step & (HINT | OPENING | LINE)) !== 0) {
        if (step === OTHER) {
          if (bytes[index] === CARRIAGE_RETURN && bytes[index + 1] === LINE_FEED) continue;
          break;
        }
        if ((step & (HINT | OPENING)) !== 0) rows.push(step >> STEP_BITS);
        if ((step & LINE) !== 0) {
          if (rows.length > 0) {
            const head = bytes.toString(
              'latin1',
              next,
              Math.min(endOfText(bytes, index), next + LINE_MATCHED_CHARS_MAX),
            );
            if (isWanted(rows, head)) return { next, lines, wanted: { head, end: index, rows } };
            rows.length = 0;
          }
          next = index + 1;
          lines++;
        }
      }
      row = step >> STEP_BITS;
    }
    return { next, lines };
  };
}

/** Without the carriage return before the line feed at `end`. */
export function endOfText(bytes: Buffer, end: number): number {
  return bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
}

/** Bytes that may be part of an escape sequence or of a letter stop: such a line has to be cleaned and decoded first. */
function columnsOfBytes({ ascii, width }: TextAutomaton): Uint8Array {
  const columns = new Uint8Array(256).fill(width - 1);
  for (let byte = 0; byte < DELETE; byte++) {
    if (byte >= SPACE || byte === TAB || byte === LINE_FEED) columns[byte] = ascii[byte]!; // ASCII has columns.
  }
  return columns;
}
