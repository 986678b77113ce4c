import type { FindingKind, FindingLevel } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import { COMPILER_SEVERITY, LINTER_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';

const HEAD =
  /^(?:PHP )?(?<word>Parse error|Fatal error|Recoverable fatal error|Warning|Notice|Deprecated): {1,2}(?<message>\S.*)$/;
const THROWN = /^ {2}thrown in (?<path>.{1,400}) on line (?<line>\d{1,9})$/;
const CHECKED = /^(?:No syntax errors detected in|Errors parsing) \S/;
const ABSENT = 'Could not open input file: ';

const LEVELS: Record<string, FindingLevel> = {
  Warning: 'warning',
  Notice: 'note',
  Deprecated: 'note',
};

type Open = { word: string; logLine: number; lines: string[] };

/** An uncaught exception goes on with its trace until `thrown in`; everything else is one line. */
export function createPhpParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let files = 0;
  let broken = 0;

  const close = () => {
    if (open !== undefined) collector.add(toDraft(open.word, open.lines, open.logLine));
    open = undefined;
  };

  const readHead = (line: LogLine): LineVerdict | undefined => {
    const groups = HEAD.exec(line.head)?.groups;
    if (groups?.word === undefined || groups.message === undefined) return undefined;
    const { word, message } = groups;
    if (message.startsWith('Uncaught ')) {
      close();
      open = { word, logLine: line.number, lines: [message] };
      return 'reading';
    }
    if (splitPlace(message) === undefined) return undefined;
    close();
    collector.add(toDraft(word, [message], line.number));
    return 'taken';
  };

  return {
    line: (line) => {
      const verdict = readHead(line);
      if (verdict !== undefined) return verdict;
      if (CHECKED.test(line.head)) {
        close();
        files += 1;
        if (line.head.startsWith('Errors')) broken += 1;
        return 'taken';
      }
      if (line.head.startsWith(ABSENT)) {
        close();
        reportToolFault(collector, { text: line.text, logLine: line.number });
        return 'taken';
      }
      if (open === undefined) return 'ignored';
      open.lines.push(line.text);
      if (!THROWN.test(line.head) && open.lines.length < 5 * CONTINUATION_LINES_MAX) return 'reading';
      close();
      return 'taken';
    },
    end: () => {
      close();
      if (files > 0) collector.closeRun({ completeness: 'complete', parsed: { files, broken } });
    },
  };
}

function toDraft(word: string, lines: readonly string[], logLine: number): FindingDraft {
  const level = LEVELS[word] ?? 'error';
  const thrown = THROWN.exec((lines.at(-1) ?? '').slice(0, 1000))?.groups;
  const first = splitPlace(lines[0] ?? '');
  const place = thrown ?? first;
  const kind = kindOf(word);
  return {
    kind,
    severity: (kind === 'lint' ? LINTER_SEVERITY : COMPILER_SEVERITY)[level],
    level,
    text: first?.message ?? lines[0] ?? '',
    detail: lines.slice(1).join('\n'),
    place: place && { path: place.path, region: { line: Number(place.line) } },
    rawSeverity: word,
    logLine,
  };
}

function kindOf(word: string): FindingKind {
  if (word === 'Parse error') return 'compile_error';
  return LEVELS[word] === undefined ? 'crash' : 'lint';
}

/** `message in path on line 3`; an uncaught exception writes `in path:3`. */
function splitPlace(text: string): { message: string; path: string; line: string } | undefined {
  const at = text.lastIndexOf(' in ');
  const place = /^(?<path>.{1,400}?)(?: on line |:)(?<line>\d{1,9})$/.exec(text.slice(at + 4))?.groups;
  if (at < 1 || place?.path === undefined || place.line === undefined) return undefined;
  return { message: text.slice(0, at), path: place.path, line: place.line };
}
