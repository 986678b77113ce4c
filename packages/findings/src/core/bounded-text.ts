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
  const name = storable(text.slice(0, charsMax));
  if (PLAIN_NAME.test(name)) return name;
  const cleaned = name.replaceAll(/[\s\u{FFFD}]+/gu, ' ').trim();
  return cleaned === '' ? undefined : cleaned;
}

/** First line that says something, and everything after it. */
export function splitMessage(text: string): { first: string; rest: string } {
  const trimmed = text.trim();
  const end = trimmed.indexOf('\n');
  if (end < 0) return { first: trimmed, rest: '' };
  return { first: trimmed.slice(0, end).trimEnd(), rest: trimmed.slice(end + 1).trimEnd() };
}

/** Nearly every name is: nothing in it has to be cleaned. */
const PLAIN_NAME = /^[!-~]+(?: [!-~]+)*$/;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Nearly all text is: nothing in it has to be replaced. */
const PLAIN_TEXT = /^[\t\n -~]*$/;

/** Postgres refuses NUL in text and lone surrogates in JSON; other controls but tab and line feed help nobody. */
function storable(text: string): string {
  const own = detach(text);
  return PLAIN_TEXT.test(own) ? own : own.toWellFormed().replaceAll(CONTROLS, '\u{FFFD}');
}

/** A slice would keep the whole piece of input in memory that it was cut from. Joining makes a text of its own. */
function detach(text: string): string {
  return ` ${text}`.slice(1);
}
