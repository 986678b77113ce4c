// A diagnostic of C and its family with what belongs to it: the chain of includes or instantiations before it, its code frame,
// its notes.
import type { FindingDraft } from '../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX, RELATED_PLACES_MAX } from '../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine } from '../../core/tool.ts';
import { type CDiagnostic, readDiagnosticLine } from './diagnostic-line.ts';
import type { DirectoryStack } from './directory-stack.ts';

type Related = NonNullable<FindingDraft['related']>;
type Open = {
  draft: FindingDraft;
  detail: string[];
  related: Related;
  /** The line before was a head or a note: the source line that clang prints below starts anywhere. */
  wantsSource: boolean;
  held?: string | undefined;
};

const PLACE = String.raw`(?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7})(?::(?<col>\d{1,7}))?`;
const INCLUDED = new RegExp(
  `^(?:In file included from|In module .{1,200} imported from| {17}from) ${PLACE}[,:]$`,
);
const INSTANTIATED = new RegExp(
  `^${PLACE}: +(?<message>(?:recursively )?(?:required (?:from|by)|instantiated from|in .constexpr. expansion).*)$`,
);
const CONTEXT =
  /^[^\s:][^:]{0,400}: (?:In (?!file )[a-z]|At (?:top level|global scope):$|Assembler messages:$)/;
const CARET = /^[ \t]*[~^][~^ \t]*$/;

/** Source for a hint, beside the one of the diagnostics themselves. */
export const CHAIN_HINT = '^In file included from |: {1,4}(?:recursively )?required (?:from|by) ';

export type DiagnosticBlocks = {
  /** `ignored`: the line is no part of a diagnostic of this tool. */
  line: (line: LogLine) => LineVerdict;
  isOpen: () => boolean;
  /** Hands over the diagnostic that is still open. */
  close: () => void;
};

/** `toDraft`: undefined when the diagnostic is another tool's. Place and log line are filled in here. */
export function createDiagnosticBlocks(
  collector: LogCollector,
  directories: Pick<DirectoryStack, 'locate'>,
  toDraft: (diagnostic: CDiagnostic) => FindingDraft | undefined,
): DiagnosticBlocks {
  let open: Open | undefined;
  let chain: Related = [];

  const close = () => {
    if (open === undefined) return;
    const { draft, detail, related } = open;
    open = undefined;
    collector.add({ ...draft, detail: detail.join('\n'), ...findOwnPlace(draft.place, related, collector) });
  };

  const begin = (diagnostic: CDiagnostic, line: LogLine): LineVerdict => {
    close();
    const related = chain;
    chain = [];
    const draft = toDraft(diagnostic);
    if (draft === undefined) return 'ignored';
    const place = { path: directories.locate(diagnostic.path), region: diagnostic.region };
    // A line longer than what was matched still says all of it, in the detail.
    const detail = line.text.length > line.head.length ? [line.text] : [];
    open = { draft: { ...draft, place, logLine: line.number }, detail, related, wantsSource: true };
    return 'reading';
  };

  const link = (line: LogLine): LineVerdict | undefined => {
    const groups = INCLUDED.exec(line.head)?.groups ?? INSTANTIATED.exec(line.head)?.groups;
    if (groups?.path === undefined) {
      if (!CONTEXT.test(line.head) || (open === undefined && chain.length === 0)) return undefined;
      close();
      return 'reading';
    }
    close();
    const region = {
      line: Number(groups.line),
      col: groups.col === undefined ? undefined : Number(groups.col),
    };
    const message = groups.message ?? 'included from here';
    if (chain.length < RELATED_PLACES_MAX) {
      chain.push({ path: directories.locate(groups.path), region, message });
    }
    return 'reading';
  };

  return {
    line: (line) => {
      const linked = link(line);
      if (linked !== undefined) return linked;
      const diagnostic = readDiagnosticLine(line.head);
      if (diagnostic !== undefined && diagnostic.word !== 'note') return begin(diagnostic, line);
      chain = [];
      if (open === undefined) return 'ignored';
      const verdict =
        diagnostic === undefined ? follow(open, line) : addNote(open, diagnostic, line, directories);
      if (verdict === 'ignored') close();
      return verdict;
    },
    isOpen: () => open !== undefined,
    close,
  };
}

/** A template of a library fails where the library is written, but the fault is where the project uses it. */
function findOwnPlace(
  place: FindingDraft['place'],
  related: Related,
  { resolve }: LogCollector,
): Pick<FindingDraft, 'place'> & { related: Related } {
  const isOwn = (path: string | undefined) => path !== undefined && resolve(path).path !== undefined;
  const user = related.find((link) => link.message !== 'included from here' && isOwn(link.path));
  if (place === undefined || user === undefined || isOwn(place.path)) return { place, related };
  const { path, region } = user;
  return { place: { path, region }, related: [place, ...related.filter((link) => link !== user)] };
}

/** A note explains the diagnostic before it; it is not a problem of its own. */
function addNote(
  open: Open,
  note: CDiagnostic,
  line: LogLine,
  directories: Pick<DirectoryStack, 'locate'>,
): LineVerdict {
  addDetail(open, line.text);
  open.wantsSource = true;
  open.held = undefined;
  if (open.related.length < RELATED_PLACES_MAX) {
    open.related.push({ path: directories.locate(note.path), region: note.region, message: note.message });
  }
  return 'reading';
}

function follow(open: Open, { head, text }: LogLine): LineVerdict {
  if (open.held !== undefined) {
    if (!CARET.test(head)) return 'ignored';
    addDetail(open, open.held);
    open.held = undefined;
  }
  const isIndented = /^[ \t]+\S/.test(head) || CARET.test(head);
  if (!isIndented && (!open.wantsSource || head === '')) return 'ignored';
  open.wantsSource = false;
  if (isIndented) {
    addDetail(open, text);
    return 'reading';
  }
  open.held = text;
  return 'watching';
}

function addDetail(open: Open, text: string): void {
  if (open.detail.length < CONTINUATION_LINES_MAX) open.detail.push(text);
}
