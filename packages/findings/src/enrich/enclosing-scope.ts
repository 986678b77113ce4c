// Which functions and classes a line stands in, by indentation and by the words that open them. A guess, good enough to tell
// two equal lines of a file apart; it never decides alone.

/** How far up is looked; generated files have functions without end. */
const LINES_MAX = 500;
const NAMES_MAX = 4;
/** Longer lines are data, not declarations. */
const LINE_CHARS_MAX = 300;

const DECLARATION =
  /^\s*(?:[a-z]{1,12} ){0,5}(?:def|class|function|func|fn|struct|impl|interface|enum|trait|module|namespace|object|sub)\s+(?:\([^)]{0,80}\)\s{0,4})?([A-Za-z_$][\w$]{0,80})/;
/** `name(…) {` and `const name = (…) =>`: methods, C functions, arrows. */
const CALLABLE =
  /^\s*(?:[\w<>[\]*&:,]{1,60}\s+){0,5}[*&]?([A-Za-z_$][\w$]{0,80})\s{0,4}(?:=\s{0,4}(?:async\s{1,4})?)?\([^;]{0,200}(?:\{|=>|:)\s*$/;
const NOT_NAMES = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'return',
  'else',
  'elif',
  'with',
  'match',
]);

/** Names around a line, outermost first and joined by dots; undefined where there are none. `line` counts from 1. */
export function enclosingScope(lines: readonly string[], line: number): string | undefined {
  const names: string[] = [];
  let depth = indentationOf(lines[line - 1] ?? '');
  for (let index = line - 2; index >= Math.max(0, line - LINES_MAX) && names.length < NAMES_MAX; index--) {
    const text = lines[index]!; // Inside the list by the condition above.
    if (text.trim() === '' || indentationOf(text) >= depth) continue;
    depth = indentationOf(text);
    const name = declaredName(text);
    if (name !== undefined) names.unshift(name);
    if (depth === 0) break;
  }
  return names.length === 0 ? undefined : names.join('.');
}

function declaredName(text: string): string | undefined {
  if (text.length > LINE_CHARS_MAX) return undefined;
  const name = DECLARATION.exec(text)?.[1] ?? CALLABLE.exec(text)?.[1];
  return name === undefined || NOT_NAMES.has(name) ? undefined : name;
}

/** A tab counts like eight spaces, as compilers count it. */
function indentationOf(text: string): number {
  let depth = 0;
  for (const character of text) {
    if (character === ' ') depth += 1;
    else if (character === '\t') depth += 8 - (depth % 8);
    else break;
  }
  return depth;
}
