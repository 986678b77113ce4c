import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser, ToolRunDraft } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { createMissingCheck, reportMissingTool } from '../missing-tool.ts';
import { diagnosticToDraft, type MypyDiagnostic, readMypyLine, splitCode } from './diagnostic.ts';

const isMissing = createMissingCheck('mypy');
const FOUND = /^Found (?<errors>\d{1,9}) errors? in \d{1,9} files? \((?<rest>[^)]{1,200})\)$/;
const SUCCESS = /^Success: no issues found in \d{1,9} source files?$/;
const FAULT =
  /^(?:mypy: error: |mypy: can't |There are no \.py\[i\] files in )|^[^\s:]{1,400}: error: INTERNAL ERROR/;

type Open = {
  diagnostic: MypyDiagnostic;
  logLine: number;
  notes: NonNullable<FindingDraft['related']>;
  detail: string[];
};

/** An error stays open while its notes and, with --pretty, its code frame follow. */
export function createMypyParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let errors = 0;

  const closeDiagnostic = () => {
    if (open === undefined) return;
    const draft = diagnosticToDraft(open.diagnostic, open.logLine, open.notes);
    collector.add({ ...draft, detail: open.detail.join('\n') });
    open = undefined;
  };

  const readDiagnostic = (diagnostic: MypyDiagnostic, line: LogLine): LineVerdict => {
    if (diagnostic.level === 'note') {
      if (open !== undefined && diagnostic.region.line !== undefined) addNote(open, diagnostic);
      return open === undefined ? 'taken' : 'reading';
    }
    closeDiagnostic();
    errors++;
    open = { diagnostic, logLine: line.number, notes: [], detail: [] };
    return 'reading';
  };

  const close = (run: Pick<ToolRunDraft, 'completeness' | 'note'>, claimed: number) => {
    closeDiagnostic();
    collector.closeRun({ ...run, claimed: { errors: claimed }, parsed: { errors } });
    errors = 0;
  };

  return {
    line: (line) => {
      if (isMissing(line.head)) {
        reportMissingTool(collector, line);
        return 'taken';
      }
      const found = FOUND.exec(line.head)?.groups;
      if (found !== undefined) {
        close(judge(found.rest ?? ''), Number(found.errors));
        return 'taken';
      }
      if (SUCCESS.test(line.head)) {
        close({ completeness: 'complete' }, 0);
        return 'taken';
      }
      if (FAULT.test(line.head)) {
        closeDiagnostic();
        errors = 0;
        reportToolFault(collector, { text: line.text.replace(/^mypy: error: /, ''), logLine: line.number });
        return 'taken';
      }
      const diagnostic = readMypyLine(line.head);
      if (diagnostic !== undefined) return readDiagnostic(diagnostic, line);
      if (open !== undefined && addContinuation(open, line)) return 'reading';
      closeDiagnostic();
      return 'ignored';
    },
    end: closeDiagnostic,
  };
}

/** `checked 2 source files`, or why it stopped before. */
function judge(rest: string): Pick<ToolRunDraft, 'completeness' | 'note'> {
  return rest.startsWith('checked ') ? { completeness: 'complete' } : { completeness: 'partial', note: rest };
}

function addNote(open: Open, { path, region, message }: MypyDiagnostic): void {
  open.notes.push({ path, region, message });
}

/** The message may go on, wrapped to the terminal, before the code frame: only there does the code of the error stand. */
function addContinuation(open: Open, line: LogLine): boolean {
  const { diagnostic, detail } = open;
  if (/^ {4}/.test(line.head) && detail.length < CONTINUATION_LINES_MAX) {
    detail.push(line.text);
    return true;
  }
  if (diagnostic.code !== undefined || detail.length > 0 || line.head === '') return false;
  const { message, code } = splitCode(` ${line.head}`);
  if (code === undefined) return false;
  diagnostic.message = `${diagnostic.message}${message.trim() === '' ? '' : ` ${message.trim()}`}`;
  diagnostic.code = code;
  return true;
}
