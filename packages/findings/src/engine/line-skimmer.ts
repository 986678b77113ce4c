// Most of most logs is nobody's: these lines are passed over as bytes, without a string, a number or a question for each.
import type { Buffer } from 'node:buffer';
import { LINE_MATCHED_CHARS_MAX } from '../core/limits.ts';
import { HINT, LINE, OPENING, OTHER, STEP_BITS, type TextAutomaton } from './text-automaton.ts';

/** From the beginning of a line on, over whole lines of plain ASCII that no pattern matches. */
export type LineSkimmer = (bytes: Buffer, start: number) => Skimmed;

/** `next`: where the first line begins that was not passed over. */
export type Skimmed = { next: number; lines: number };

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DELETE = 127;

/** `patterns`: of the numbers that the automaton tells. */
export function createLineSkimmer(automaton: TextAutomaton, patterns: readonly RegExp[]): LineSkimmer {
  const { table, width, lineStart, found } = automaton;
  const columns = columnsOfBytes(automaton);
  /** The line in which a pattern was asked last, for once is enough. */
  const asked = new Float64Array(patterns.length);
  let lineId = 0;

  const isWanted = (row: number, bytes: Buffer, start: number, end: number): boolean => {
    const fresh = found[row / width]!.filter((pattern) => asked[pattern] !== lineId);
    if (fresh.length === 0) return false;
    const line = bytes.toString('latin1', start, Math.min(end, start + LINE_MATCHED_CHARS_MAX));
    for (const pattern of fresh) asked[pattern] = lineId;
    return fresh.some((pattern) => patterns[pattern]!.test(line));
  };

  return (bytes, start) => {
    let next = start;
    let lines = 0;
    let row = lineStart;
    lineId++;
    for (let index = start; index < bytes.length; index++) {
      const step = table[row + columns[bytes[index]!]!]!; // Rows times columns: always inside.
      if ((step & (HINT | OPENING | LINE)) !== 0) {
        if (step === OTHER) {
          if (bytes[index] === CARRIAGE_RETURN && bytes[index + 1] === LINE_FEED) continue;
          break;
        }
        if ((step & (HINT | OPENING)) !== 0) {
          const end = endOfLine(bytes, index);
          if (end < 0 || isWanted(step >> STEP_BITS, bytes, next, end)) break;
        }
        if ((step & LINE) !== 0) {
          next = index + 1;
          lines++;
          lineId++;
        }
      }
      row = step >> STEP_BITS;
    }
    return { next, lines };
  };
}

/** Without the carriage return; -1 when the end is not there yet. */
function endOfLine(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(LINE_FEED, from);
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
