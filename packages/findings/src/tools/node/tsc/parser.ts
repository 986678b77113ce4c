import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX, RELATED_PLACES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { readTscDiagnostic, type TscDiagnostic } from './diagnostic.ts';

/** `  src/a.ts:1:2 - 'a' is declared here.` (7), `  src/a.ts:1:2` and the words below its frame (5). */
const RELATED =
  /^ {2}(?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7}):(?<col>\d{1,7})(?: - (?<message>.{0,1000}))?$/;
const FRAME = /^ {0,8}(?:\d{1,7}|\.{3,7}) |^ {0,12}\d{0,7} +~[ ~]*$|^\s+~[ ~]*$/;
const SUMMARY = /^(?<clock>\[?\d\d?:\d\d:\d\d [AP]M\]? (?:- )?)?Found (?<count>\d{1,7}) errors?[ .]/;

type Open = TscDiagnostic & { detail: string[]; related: NonNullable<FindingDraft['related']> };

/** A diagnostic stays open while its explanation, code frame and related places follow. */
export function createTscParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let errors = 0;
  let isStopped = false;

  const close = () => {
    if (open === undefined) return;
    collector.add({ ...open.draft, detail: open.detail.join('\n'), related: open.related });
    open = undefined;
  };

  const closeRun = (claimed: number) => {
    close();
    collector.closeRun({ completeness: 'complete', claimed: { errors: claimed }, parsed: { errors } });
    errors = 0;
    isStopped = false;
  };

  return {
    line: (line) => {
      const diagnostic = readTscDiagnostic(line);
      if (diagnostic !== undefined) {
        close();
        open = { ...diagnostic, detail: [], related: [] };
        if (diagnostic.draft.level === 'error') errors += 1;
        isStopped ||= diagnostic.isStop;
        return 'reading';
      }
      const summary = SUMMARY.exec(line.head)?.groups;
      if (summary !== undefined) {
        // Other tools say `Found 2 errors.` too. Without a diagnostic before it, only watch mode's clock proves that it is tsc.
        if (errors === 0 && summary.clock === undefined) return 'ignored';
        closeRun(Number(summary.count));
        return 'taken';
      }
      if (open === undefined) return 'ignored';
      const verdict = follow(open, line);
      if (verdict === 'ignored') close();
      return verdict;
    },
    end: () => {
      close();
      if (isStopped) collector.closeRun({ completeness: 'failed', note: 'tsc did not compile the project' });
    },
  };
}

function follow(open: Open, { head, text }: LogLine): LineVerdict {
  if (open.detail.length >= CONTINUATION_LINES_MAX) return 'ignored';
  const related = RELATED.exec(head)?.groups;
  if (open.isPretty && related !== undefined) {
    addRelated(open, related);
  } else if (open.isPretty && /^ {4}\S/.test(head) && !FRAME.test(head) && open.related.length > 0) {
    open.related.at(-1)!.message ??= head.trim(); // The line above made sure that there is one.
  } else if (!isContinuation(open, head)) {
    return 'ignored';
  }
  open.detail.push(text);
  return 'reading';
}

function isContinuation(open: Open, head: string): boolean {
  if (/^ {2,}\S/.test(head)) return true;
  return open.isPretty && (head.trim() === '' || FRAME.test(head));
}

function addRelated(open: Open, { path, line, col, message }: Record<string, string | undefined>): void {
  if (open.related.length >= RELATED_PLACES_MAX) return;
  open.related.push({ path, region: { line: Number(line), col: Number(col) }, message });
}
