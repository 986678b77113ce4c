import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import { COMPILER_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';

const DIAGNOSTIC =
  /^(?:\[javac\] )?(?<path>[^\s:][^:]{0,400}\.java):(?<line>\d{1,7}): (?<word>error|warning): (?:\[(?<lint>[a-z][a-z-]{1,40})\] )?(?<message>.*)$/;
const TOTAL = /^(?<count>\d{1,7}) (?<what>error|warning)s?$/;
const FIRST_ONLY = /^only showing the first \d{1,7} (?<what>error|warning)s, of (?<count>\d{1,7}) total/;
const WERROR = 'error: warnings found and -Werror specified';
const FAULT = /^error: (?:file not found: |invalid flag: |invalid source release|release version )/;
const NOTE = /^Note: .{1,400} (?:a deprecated API|unchecked or unsafe operations)\.$/;

type Open = { groups: Record<string, string | undefined>; logLine: number; detail: string[] };
type Totals = { errors: number; warnings: number };

/** A diagnostic stays open while its source line, caret and explanation follow; the counts close the run. */
export function createJavacParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let parsed: Totals = { errors: 0, warnings: 0 };
  let claimed: Partial<Totals> | undefined;
  let isSeen = false;

  const closeDiagnostic = () => {
    if (open === undefined) return;
    const { groups, logLine, detail } = open;
    open = undefined;
    const level = groups.word === 'warning' ? 'warning' : 'error';
    collector.add({
      kind: level === 'error' ? 'compile_error' : 'compile_warning',
      severity: COMPILER_SEVERITY[level],
      level,
      text: groups.message ?? '',
      detail: detail.join('\n'),
      place: { path: groups.path, region: { line: Number(groups.line) } },
      rule: { id: groups.lint },
      rawSeverity: groups.word,
      logLine,
    });
  };

  const closeRun = (completeness: 'complete' | 'unknown' | 'partial') => {
    collector.closeRun({ completeness, claimed, parsed });
    parsed = { errors: 0, warnings: 0 };
    claimed = undefined;
    isSeen = false;
  };

  const readTotal = (line: LogLine): boolean => {
    const groups = (TOTAL.exec(line.head) ?? FIRST_ONLY.exec(line.head))?.groups;
    // `1 error` alone may be anybody's.
    if (groups === undefined || (!isSeen && claimed === undefined)) return false;
    closeDiagnostic();
    claimed = {
      ...claimed,
      [groups.what === 'error' ? 'errors' : 'warnings']: Number(groups.count),
    };
    return true;
  };

  const readOther = (line: LogLine): LineVerdict => {
    if (claimed !== undefined) closeRun('complete');
    if (open === undefined) return 'ignored';
    // The source line may start at the margin, the caret below it never does.
    const isFirst = open.detail.length === 0;
    if (
      line.head !== '' &&
      (isFirst || /^\s/.test(line.head)) &&
      open.detail.length < CONTINUATION_LINES_MAX
    ) {
      open.detail.push(line.text);
      return 'reading';
    }
    closeDiagnostic();
    return 'ignored';
  };

  return {
    line: (line) => {
      if (readTotal(line)) return 'reading';
      const groups = DIAGNOSTIC.exec(line.head)?.groups;
      if (groups !== undefined) {
        if (claimed !== undefined) closeRun('complete');
        closeDiagnostic();
        parsed[groups.word === 'error' ? 'errors' : 'warnings'] += 1;
        isSeen = true;
        open = { groups, logLine: line.number, detail: [] };
        return 'reading';
      }
      if (line.head === WERROR) {
        closeDiagnostic();
        parsed.errors += 1;
        isSeen = true;
        return 'taken';
      }
      if (NOTE.test(line.head)) {
        closeDiagnostic();
        isSeen = true;
        return 'taken';
      }
      if (FAULT.test(line.head)) {
        reportToolFault(collector, { text: line.text, logLine: line.number });
        return 'taken';
      }
      return readOther(line);
    },
    end: ({ exitCode }) => {
      closeDiagnostic();
      if (claimed !== undefined) closeRun('complete');
      else if (isSeen && parsed.errors + parsed.warnings > 0) closeRun('partial');
      else if (isSeen) closeRun(exitCode === 0 ? 'complete' : 'unknown');
    },
  };
}
