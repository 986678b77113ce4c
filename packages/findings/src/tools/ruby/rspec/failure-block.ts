// The lines RSpec prints of one failure: the source line, the exception and its message, the trace.
import type { ExampleFailure } from './failure.ts';

const SOURCE = /^\s{0,20}(?:\d{1,4}\.\d{1,4}\) )?Failure\/Error:/;
const EXCEPTION = /^\s{0,20}(?<name>[A-Z]\w{0,80}(?:::\w{1,80}){0,8}):$/;
const FRAME = /^\s{0,20}# /;

/** Only the first failure of an example that has several gives the message; all of them are in the detail. */
export function readFailureBlock(
  lines: readonly string[],
): Pick<ExampleFailure, 'message' | 'detail' | 'trace' | 'exceptionClass'> {
  const trace = lines.filter((line) => FRAME.test(line.slice(0, 400)));
  const said = lines.slice(messageStart(lines));
  const end = said.findIndex((line) => FRAME.test(line.slice(0, 400)));
  const body = (end < 0 ? said : said.slice(0, end)).join('\n').trim().split('\n');
  const exceptionClass = EXCEPTION.exec((body[0] ?? '').slice(0, 1000))?.groups?.name;
  const message = (exceptionClass === undefined ? body : body.slice(1)).join('\n');
  return { message: dedent(message), detail: lines.join('\n').trim(), trace, exceptionClass };
}

/** The message follows the source line after a blank one; a source of several lines is printed below its heading. */
function messageStart(lines: readonly string[]): number {
  const source = lines.findIndex((line) => SOURCE.test(line.slice(0, 400)));
  const blank = lines.findIndex((line, index) => index > source && line.trim() === '');
  return source < 0 || blank < 0 ? 0 : blank + 1;
}

function dedent(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return lines.map((line) => line.replace(/^ {1,12}/, '')).join('\n');
}
