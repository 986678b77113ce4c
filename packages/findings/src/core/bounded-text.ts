// Text of tools ends up in a database, in mails and on pages: bounded, well-formed Unicode, without NUL.
import { Buffer } from 'node:buffer';

const CUT_MARK = ' …[cut]';

/** A readable text of at most `charsMax` characters; what is left out is marked. */
export function boundText(text: string, charsMax: number): string {
  const kept = text.length <= charsMax ? text : text.slice(0, charsMax - CUT_MARK.length) + CUT_MARK;
  return storable(kept);
}

/** A name: one line, trimmed, cut without a mark. Undefined when nothing is left. */
export function boundName(text: string | undefined, charsMax: number): string | undefined {
  if (text === undefined) return undefined;
  const name = storable(text.slice(0, charsMax))
    .replaceAll(/[\s\u{FFFD}]+/gu, ' ')
    .trim();
  return name === '' ? undefined : name;
}

/** First line that says something, and everything after it. */
export function splitMessage(text: string): { first: string; rest: string } {
  const trimmed = text.trim();
  const end = trimmed.indexOf('\n');
  if (end < 0) return { first: trimmed, rest: '' };
  return { first: trimmed.slice(0, end).trimEnd(), rest: trimmed.slice(end + 1).trimEnd() };
}

/**
 * Postgres refuses NUL in text and lone surrogates in JSON; other controls but tab and line feed help nobody. The way
 * through bytes replaces the surrogates and makes a copy: a slice would keep the whole piece of input it was cut from.
 */
function storable(text: string): string {
  const copy = Buffer.from(text).toString();
  return copy.replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\u{FFFD}');
}
