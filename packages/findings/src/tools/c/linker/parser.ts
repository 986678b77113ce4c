import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import { COMPILER_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { createDirectoryStack } from '../directory-stack.ts';
import { type LinkProblem, readLdProblem } from './ld-line.ts';
import { addLldPlace, readLldHead } from './lld-block.ts';

/** The name of the linker before what it says. */
const SPEAKER = String.raw`^(?:[^\s:]{0,200}/)?(?:[\w.]{1,30}-){0,5}(?:ld(?:64)?(?:\.(?<flavour>[a-z]{3,4}))?|mold): `;
const SPEAKER_PATTERN = new RegExp(SPEAKER);
const FAILED =
  /^(?:[^\s:]{0,200}\/)?(?:collect2: (?:error: ld returned|fatal error: ld terminated)|[\w+.-]{1,60}: error: linker command failed with) .*$/;
const NO_LINKER = /^collect2: fatal error: cannot find ['‘`][^'’]{1,100}['’]$/;

/** GNU ld, gold, lld and mold, closed by the compiler that called them. */
export function createLinkerParser(collector: LogCollector): LogParser {
  const directories = createDirectoryStack(collector.resolve);
  let open: { draft: FindingDraft; lines: string[] } | undefined;
  /** What the linker said since the last link that was no problem by itself. */
  let remarks: string[] = [];
  let errors = 0;

  const closeBlock = () => {
    if (open === undefined) return;
    const { draft, lines } = open;
    open = undefined;
    const place =
      draft.place?.path === undefined
        ? undefined
        : { ...draft.place, path: directories.locate(draft.place.path) };
    collector.add({ ...draft, place, detail: lines.join('\n') });
  };

  const add = (draft: FindingDraft, line: LogLine): LineVerdict => {
    closeBlock();
    if (draft.level === 'error') errors++;
    open = { draft: { ...draft, logLine: line.number }, lines: [line.text] };
    return 'reading';
  };

  const closeRun = (line: LogLine): LineVerdict => {
    closeBlock();
    if (errors === 0) {
      collector.add({ ...linkError(line.text), detail: remarks.join('\n'), logLine: line.number });
    }
    collector.closeRun({ completeness: 'complete' });
    errors = 0;
    remarks = [];
    return 'taken';
  };

  return {
    line: (line) => {
      if (directories.line(line.head)) return 'ignored';
      if (FAILED.test(line.head)) return closeRun(line);
      if (NO_LINKER.test(line.head)) {
        collector.add({
          ...linkError(line.text),
          kind: 'tool_error',
          rule: { id: 'tool-missing' },
          logLine: line.number,
        });
        collector.closeRun({ completeness: 'failed', note: line.text });
        return 'taken';
      }
      if (open !== undefined && line.head.startsWith('>>> ')) {
        addLldPlace(open.draft, line.head);
        if (open.lines.length < CONTINUATION_LINES_MAX) open.lines.push(line.text);
        return 'reading';
      }
      closeBlock();
      const speaker = SPEAKER_PATTERN.exec(line.head);
      const rest = line.head.slice(speaker?.[0].length ?? 0);
      const lld = speaker === null ? undefined : readLldHead(rest);
      if (lld !== undefined && speaker?.groups?.flavour !== 'gold') return add(lld, line);
      const problem = readLdProblem(rest);
      if (problem !== undefined && (speaker !== null || isCertain(problem)))
        return add(toDraft(problem), line);
      if (speaker === null) return 'ignored';
      if (remarks.length < CONTINUATION_LINES_MAX) remarks.push(line.text);
      return 'taken';
    },
    end: closeBlock,
  };
}

/** Words that only a linker says, with or without its name before them. */
function isCertain({ rule }: LinkProblem): boolean {
  return rule === 'undefined-reference' || rule === 'multiple-definition';
}

function toDraft({ rule, message, place, other, isWarning }: LinkProblem): FindingDraft {
  const level = isWarning ? 'warning' : 'error';
  return {
    kind: isWarning ? 'compile_warning' : 'compile_error',
    level,
    severity: COMPILER_SEVERITY[level],
    text: message,
    place,
    rule: { id: rule },
    related: other === undefined ? [] : [{ ...other, message: 'first defined here' }],
  };
}

function linkError(text: string): FindingDraft {
  return {
    kind: 'compile_error',
    level: 'error',
    severity: COMPILER_SEVERITY.error,
    text,
    rule: { id: 'link-error' },
  };
}
