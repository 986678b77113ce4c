// One line → one diagnostic, or nothing. Logs are full of lines that only look like one (timestamps, addresses, `grep -n`,
// loggers that print their place), so a line must bring evidence: a file of the worktree or at least a source file's name,
// and a column, a severity word or a rule.
import type { FindingLevel } from '@crafting-table/contracts/finding';
import type { StatedRegion } from '../../../core/region.ts';
import type { ResolvedPath } from '../../../core/repository-path.ts';
import { levelFromWord } from '../../../core/severity.ts';
import { readMessage } from './diagnostic-message.ts';
import { hasSourceExtension } from './source-extensions.ts';

export type Diagnostic = {
  path: string;
  region: StatedRegion;
  /** The word before the message, as printed. */
  word?: string;
  level?: FindingLevel;
  rule?: string;
  message: string;
  /** The project MSBuild names at the end of a line. */
  project?: string;
};

// Heads only, anchored, every part bounded; what follows a head is the message. `path` holds no colon but a drive's.
const PATH = String.raw`(?<path>(?:[A-Za-z]:[\\/])?[^\s:<>"|*?][^:<>"|*?]{0,400})`;
const NUMBER = String.raw`\d{1,7}`;
const HEADS = [
  // gcc, clang, go, ruff, eslint unix; mypy adds the end: `f:1:2: `, `f:1: `, `f:1:2:1:9: `
  String.raw`^${PATH}:(?<line>${NUMBER})(?::(?<col>${NUMBER})(?::(?<endLine>${NUMBER}):(?<endCol>${NUMBER}))?)?: `,
  // tsc, msbuild, msvc: `f(1,2): `, `f(1): `, `f(1,2,1,9): `
  String.raw`^${PATH}\((?<line>${NUMBER})(?:,(?<col>${NUMBER})(?:,(?<endLine>${NUMBER}),(?<endCol>${NUMBER}))?)?\) ?: `,
  // tsc for terminals: `f:1:2 - error`
  String.raw`^${PATH}:(?<line>${NUMBER}):(?<col>${NUMBER}) - (?=error|warning|message)`,
].map((source) => new RegExp(source));

const WORD =
  /^(?<word>fatal error|error|fatal|warning|warn|note|info|information|remark|hint|style|suggestion)(?: ?: ?| (?=[A-Z]{1,8}\d{1,6}\b))/i;

/** yamllint: `[error] `. */
const WORD_IN_BRACKETS = /^\[(?<word>error|warning)\] /;

/** Reads a line of at most LINE_MATCHED_CHARS_MAX characters. */
export function readDiagnosticLine(
  line: string,
  resolve: (path: string) => ResolvedPath,
): Diagnostic | undefined {
  for (const head of HEADS) {
    const match = head.exec(line);
    if (match?.groups === undefined) continue;
    return toDiagnostic(match.groups, line.slice(match[0].length), resolve);
  }
  return undefined;
}

function toDiagnostic(
  groups: Record<string, string | undefined>,
  rest: string,
  resolve: (path: string) => ResolvedPath,
): Diagnostic | undefined {
  const path = groups.path?.trimEnd() ?? '';
  const { known } = resolve(path);
  if (!known && !isPlausible(path)) return undefined;
  const { word, message: afterWord } = splitWord(rest);
  const read = readMessage(afterWord);
  if (read.message === '') return undefined;
  const stated = word ?? read.word;
  const hasColumn = groups.col !== undefined;
  // Loggers print `app.py:12: WARNING: …`; compilers print their words in lower case or with a column.
  const isCompilersWord = stated !== undefined && (hasColumn || stated === stated.toLowerCase());
  if (!hasColumn && !isCompilersWord) return undefined;
  // `git grep --column` prints the text as it is indented; a message starts at once.
  if (stated === undefined && /^\s/.test(rest)) return undefined;
  const diagnostic: Diagnostic = { path, region: readRegion(groups), message: read.message };
  const level = stated === undefined ? undefined : levelFromWord(stated);
  if (stated !== undefined) diagnostic.word = stated;
  if (level !== undefined) diagnostic.level = level;
  if (read.rule !== undefined) diagnostic.rule = read.rule;
  if (read.project !== undefined) diagnostic.project = read.project;
  return diagnostic;
}

/** Not in the worktree: then only an unmistakable name counts. Spaces would let any log line in. */
function isPlausible(path: string): boolean {
  return !/\s/.test(path) && hasSourceExtension(path);
}

function splitWord(rest: string): { word?: string; message: string } {
  const match = WORD.exec(rest) ?? WORD_IN_BRACKETS.exec(rest);
  const word = match?.groups?.word;
  return match === null || word === undefined
    ? { message: rest }
    : { word, message: rest.slice(match[0].length) };
}

function readRegion(groups: Record<string, string | undefined>): StatedRegion {
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return {
    line: number(groups.line),
    col: number(groups.col),
    endLine: number(groups.endLine),
    endCol: number(groups.endCol),
  };
}
