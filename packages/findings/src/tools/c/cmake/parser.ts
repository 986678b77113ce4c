import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX, RELATED_PLACES_MAX } from '../../../core/limits.ts';
import { COMPILER_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';

const HEAD =
  /^CMake (?<word>(?:Deprecation |Internal )?(?:Error|Warning))(?<dev> \(dev\))?(?: (?:at|in) (?<path>[^:]{1,400})(?::(?<line>\d{1,7}))?(?: \((?<command>[^)]{1,100})\))?)?:(?: (?<message>.*))?$/;
const CALLER = /^ {2}(?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7}) \((?<command>[^)]{1,100})\)$/;
const STACK = 'Call Stack (most recent call first):';
const DONE = /^-- (?:Build files have been written to: |Configuring incomplete, errors occurred!)/;

type Open = { draft: FindingDraft; lines: string[]; isInStack: boolean; isAfterBlank: boolean };

/** A head, a body that is indented by two, and who called whom. */
export function createCmakeParser(collector: LogCollector): LogParser {
  let open: Open | undefined;

  const close = () => {
    if (open === undefined) return;
    const { draft, lines } = open;
    open = undefined;
    collector.add(withBody(draft, lines));
  };

  return {
    line: (line) => {
      const groups = HEAD.exec(line.head)?.groups;
      if (groups !== undefined) {
        close();
        open = { draft: draftOf(groups, line), lines: [], isInStack: false, isAfterBlank: false };
        return 'reading';
      }
      if (DONE.test(line.head)) {
        close();
        const isWhole = line.head.startsWith('-- Build');
        const note = isWhole ? undefined : 'configuring incomplete';
        collector.closeRun({ completeness: isWhole ? 'complete' : 'partial', note });
        return 'taken';
      }
      if (open === undefined) return 'ignored';
      const verdict = follow(open, line);
      if (verdict === 'ignored') close();
      return verdict;
    },
    end: close,
  };
}

function draftOf(groups: Record<string, string | undefined>, line: LogLine): FindingDraft {
  const { word = '', dev = '', path, command, message = '' } = groups;
  const level = word.endsWith('Error') ? 'error' : 'warning';
  return {
    kind: 'config_error',
    level,
    severity: COMPILER_SEVERITY[level],
    text: message,
    place: path === undefined ? undefined : { path, region: { line: Number(groups.line) } },
    // `message` says only that the project's own words follow.
    rule: { id: command === 'message' ? undefined : command },
    related: [],
    rawSeverity: word + dev,
    logLine: line.number,
  };
}

/** One empty line parts paragraphs, two end the body. */
function follow(open: Open, { head, text }: LogLine): LineVerdict {
  const isBlank = head.trim() === '';
  if (isBlank && (open.isAfterBlank || open.isInStack)) return 'ignored';
  open.isAfterBlank = isBlank;
  if (head === STACK) open.isInStack = true;
  else if (open.isInStack) return addCaller(open, head);
  else if (!isBlank && !head.startsWith('  ')) return 'ignored';
  else if (open.lines.length < CONTINUATION_LINES_MAX) open.lines.push(text.slice(2));
  return 'reading';
}

function addCaller({ draft }: Open, head: string): LineVerdict {
  const { path, line, command } = CALLER.exec(head)?.groups ?? {};
  if (path === undefined) return 'ignored';
  if ((draft.related?.length ?? 0) < RELATED_PLACES_MAX) {
    draft.related?.push({ path, region: { line: Number(line) }, message: command });
  }
  return 'reading';
}

/** cmake wraps at 77 columns: the first paragraph is the message. */
function withBody(draft: FindingDraft, lines: string[]): FindingDraft {
  const body = lines.join('\n').trim();
  const first = body.split('\n\n', 1)[0] ?? '';
  const policy = /^Policy (CMP\d{4}) /.exec(first)?.[1];
  const text = draft.text === '' ? first.replaceAll('\n', ' ') : draft.text;
  return {
    ...draft,
    text: text === '' ? 'CMake stated no reason' : text,
    detail: body === first ? undefined : body,
    rule: policy === undefined ? (draft.rule ?? {}) : { id: policy },
  };
}
