// Text of tools ends up in a database, in mails and on pages: bounded, well-formed Unicode, without NUL.

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

/** Postgres refuses NUL in text and lone surrogates in JSON; other controls but tab and line feed help nobody. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\u{FFFD}');
}
