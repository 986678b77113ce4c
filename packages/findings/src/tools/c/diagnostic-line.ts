// `file:line:col: word: message [tag]`, as gcc, clang and the tools that imitate them print it about C and its family.
import type { StatedRegion } from '../../core/region.ts';

export type CDiagnostic = {
  path: string;
  region: StatedRegion;
  word: string;
  message: string;
  /** In brackets behind the message: `-Wunused`, `CWE-415`, `bugprone-branch-clone`, `nullPointer`. */
  tags: string[];
};

const PATH = String.raw`(?<path>(?:[A-Za-z]:[\\/])?[^\s:<>"|*?][^:<>"|*?]{0,400})`;
const WORDS =
  'fatal error|internal compiler error|sorry, unimplemented|error|warning|note|remark|style|performance|portability|information|Fatal error|Error|Warning';
const LINE = new RegExp(
  `^${PATH}:(?<line>\\d{1,7})(?::(?<col>\\d{1,7}))?: (?<word>${WORDS}): +(?<message>.*)$`,
);
/** The C++ headers of the standard library have no ending. */
const SOURCE =
  /\.(?:[cCsSHi]|cc|cpp|cxx|c\+\+|ii|h|hh|hpp|hxx|h\+\+|inc|inl|ipp|tcc|tpp|m|mm|cu|cuh|ixx|cppm|def|y|l|rl|asm)$|\/include\/[^.]{1,300}$/;
const TAG = /^[\w@+=,./-]{1,300}$/;
const TAGS_MAX = 3;

/** Source for a hint: every line that `readDiagnosticLine` may read has this. */
export const DIAGNOSTIC_HINT = `:\\d{1,7}: (?:${WORDS}): `;

export function readDiagnosticLine(head: string): CDiagnostic | undefined {
  const groups = LINE.exec(head)?.groups;
  const { path, word } = groups ?? {};
  if (groups === undefined || path === undefined || word === undefined || !SOURCE.test(path))
    return undefined;
  return {
    path,
    region: { line: Number(groups.line), col: groups.col === undefined ? undefined : Number(groups.col) },
    word,
    ...splitTags(groups.message ?? ''),
  };
}

/** From the end, because a message may hold brackets of its own. */
function splitTags(text: string): { message: string; tags: string[] } {
  const tags: string[] = [];
  let message = text.trimEnd();
  while (message.endsWith(']') && tags.length < TAGS_MAX) {
    const open = message.lastIndexOf(' [');
    const tag = message.slice(open + 2, -1);
    if (open < 1 || !TAG.test(tag)) break;
    tags.unshift(tag);
    message = message.slice(0, open).trimEnd();
  }
  return { message, tags };
}
