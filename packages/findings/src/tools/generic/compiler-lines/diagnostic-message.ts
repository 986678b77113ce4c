// Where tools put the name of a rule: before the message as a code, or behind it in brackets.

export type DiagnosticMessage = {
  message: string;
  rule?: string;
  /** Severity, where it stands in the closing brackets. */
  word?: string;
  project?: string;
};

/** `E501 [*] `, `TS2322: `, `CS0103: `, `invalid-syntax: `, javac's `[rawtypes] `. */
const LEADING_CODE =
  /^(?:(?<code>[A-Z]{1,8}\d{1,6}|[a-z]{2,30}(?:-[a-z]{2,30}){1,5}(?=:)):?|\[(?<lint>[a-z][a-z-]{1,40})\]) (?:\[\*\] )?/;
const BRACKETS_MAX = 200;
/** `[-Wformat=]`, `[list-item]`, `[Error/no-undef]`, `[Error]`. */
const IN_BRACKETS =
  /^(?:(?<word>error|warning|info)(?:\/(?=.)|$))?(?:-W(?:error=)?(?<flag>[\w+=,.-]{1,80})|(?<rule>[A-Za-z@][\w@/.-]{1,100}))?$/i;
/** `(SA4006)`, `(unused-import)`; a plain word in parentheses is part of the sentence. */
const IN_PARENTHESES = /^[A-Z]{1,8}\d{1,6}$|^[a-z]{2,30}(?:-[a-z]{2,30}){1,5}$/;
const PROJECT_FILE = /^[^\]]{1,190}\.[a-z]{2,4}proj(?:::[^\]]{1,80})?$/;

/** Takes the text after the place and the severity word. */
export function readMessage(text: string): DiagnosticMessage {
  const { body, project } = splitProject(text.trim());
  const read = readRule(body);
  return project === undefined ? read : { ...read, project };
}

function readRule(text: string): DiagnosticMessage {
  const leading = LEADING_CODE.exec(text);
  const code = leading?.groups?.code ?? leading?.groups?.lint;
  if (leading !== null && code !== undefined)
    return { rule: code, message: text.slice(leading[0].length).trim() };
  const closing = splitClosing(text);
  if (closing === undefined) return { message: text };
  const { message, inside, bracket } = closing;
  if (bracket === ')') return IN_PARENTHESES.test(inside) ? { message, rule: inside } : { message: text };
  const groups = IN_BRACKETS.exec(inside)?.groups;
  if (groups === undefined) return { message: text };
  const rule = groups.flag === undefined ? groups.rule : `-W${groups.flag}`;
  const read: DiagnosticMessage = { message };
  if (rule !== undefined) read.rule = rule;
  if (groups.word !== undefined) read.word = groups.word;
  return read;
}

/** `message [inside]` or `message (inside)`, without a regular expression because the message has no bound. */
function splitClosing(text: string): { message: string; inside: string; bracket: string } | undefined {
  const bracket = text.at(-1);
  if (bracket !== ']' && bracket !== ')') return undefined;
  const open = text.lastIndexOf(bracket === ']' ? ' [' : ' (');
  if (open < 1 || text.length - open > BRACKETS_MAX) return undefined;
  return { message: text.slice(0, open).trimEnd(), inside: text.slice(open + 2, -1), bracket };
}

function splitProject(text: string): { body: string; project?: string } {
  const closing = splitClosing(text);
  if (closing === undefined || closing.bracket !== ']' || !PROJECT_FILE.test(closing.inside)) {
    return { body: text };
  }
  return { body: closing.message, project: closing.inside };
}
