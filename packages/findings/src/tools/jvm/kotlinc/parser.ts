import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import { COMPILER_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';

const OWN =
  /^(?<path>[^\s:][^:]{0,400}\.kts?):(?<line>\d{1,7}):(?<col>\d{1,7}): (?<word>error|warning): (?<message>\S.*)$/;
/** `e: file:///a/F.kt:1:2 text` since 1.8, `e: /a/F.kt: (1, 2): text` before. */
const GRADLE =
  /^(?<letter>[ew]): (?<path>(?:file:\/\/)?[^\s:][^:]{0,400}\.kts?):(?:(?<line>\d{1,7}):(?<col>\d{1,7})| \((?<oldLine>\d{1,7}), (?<oldCol>\d{1,7})\):) (?<message>\S.*)$/;
const FAULT = /^error: (?:source file or directory not found|invalid argument): /;
const LINT = /^\[(?<lint>[A-Z][A-Z_]{2,80})\] /;

/** The source line and its carets follow a diagnostic of the compiler itself. */
export function createKotlincParser(collector: LogCollector): LogParser {
  let open: { draft: FindingDraft; lines: string[] } | undefined;

  const close = () => {
    if (open !== undefined) collector.add({ ...open.draft, detail: open.lines.join('\n') });
    open = undefined;
  };

  const readOther = (line: LogLine): LineVerdict => {
    if (open !== undefined && /^\s+\S/.test(line.head) && open.lines.length < CONTINUATION_LINES_MAX) {
      open.lines.push(line.text);
      return 'reading';
    }
    close();
    return 'ignored';
  };

  return {
    line: (line) => {
      const groups = (OWN.exec(line.head) ?? GRADLE.exec(line.head))?.groups;
      if (groups !== undefined) {
        close();
        open = { draft: toDraft(groups, line), lines: [] };
        return 'reading';
      }
      if (!FAULT.test(line.head)) return readOther(line);
      close();
      reportToolFault(collector, { text: line.text, logLine: line.number });
      return 'taken';
    },
    end: close,
  };
}

function toDraft(groups: Record<string, string | undefined>, line: LogLine): FindingDraft {
  const level = groups.word === 'warning' || groups.letter === 'w' ? 'warning' : 'error';
  const message = groups.message ?? '';
  const lint = LINT.exec(message)?.groups?.lint;
  return {
    kind: level === 'error' ? 'compile_error' : 'compile_warning',
    severity: COMPILER_SEVERITY[level],
    level,
    text: lint === undefined ? message : message.slice(lint.length + 3),
    place: {
      path: groups.path,
      region: {
        line: Number(groups.line ?? groups.oldLine),
        col: Number(groups.col ?? groups.oldCol),
      },
    },
    rule: { id: lint },
    rawSeverity: level,
    logLine: line.number,
  };
}
