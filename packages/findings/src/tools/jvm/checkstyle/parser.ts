import { LINTER_SEVERITY } from '../../../core/severity.ts';
import type { LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault, TOOL_FAULT } from '../../../engine/tool-fault.ts';

const PROBLEM =
  /^\[(?<word>ERROR|WARN|INFO)\] (?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7}):(?:(?<col>\d{1,7}):)? (?<rest>\S.*)$/;
const RULE = /^[A-Za-z]\w{1,80}$/;
const LEVELS = { ERROR: 'error', WARN: 'warning', INFO: 'note' } as const;
const CRASH = /^com\.puppycrawl\.tools\.checkstyle\.api\.CheckstyleException: /;
const FAULT = /^Could not find config XML file /;
const REASON = /^Caused by: [\w.$]{1,200}: (?<line>\d{1,7}):(?<col>\d{1,7}): (?<message>\S.*)$/;
const FILE = /while parsing file (?<path>.{1,400})\.$/;
const TRACE_LINES_MAX = 200;

type Open = { text: string; logLine: number; lines: number; path?: string | undefined };

/** Between `Starting audit...` and `Audit done.`; a file that cannot be parsed ends it with a trace. */
export function createCheckstyleParser(collector: LogCollector): LogParser {
  let isOpen = false;
  let problems = 0;
  let crash: Open | undefined;

  const closeCrash = (region?: { line: number; col: number }, message?: string) => {
    if (crash === undefined) return;
    const { text, logLine, path } = crash;
    crash = undefined;
    collector.add({
      ...TOOL_FAULT,
      text: message === undefined ? text : `${text}: ${message}`,
      place: path === undefined ? undefined : { path, region },
      logLine,
    });
    collector.closeRun({ completeness: 'failed', note: text, parsed: { problems } });
    isOpen = false;
    problems = 0;
  };

  const readProblem = (line: LogLine): boolean => {
    const groups = isOpen ? PROBLEM.exec(line.head)?.groups : undefined;
    const open = groups?.rest?.endsWith(']') ? groups.rest.lastIndexOf(' [') : -1;
    const rule = groups?.rest?.slice(open + 2, -1) ?? '';
    if (groups?.rest === undefined || open < 1 || !RULE.test(rule)) return false;
    problems += 1;
    const level = LEVELS[groups.word as keyof typeof LEVELS]; // The pattern knows only these.
    collector.add({
      kind: 'lint',
      severity: LINTER_SEVERITY[level],
      level,
      text: groups.rest.slice(0, open),
      place: {
        path: groups.path,
        region: {
          line: Number(groups.line),
          col: groups.col === undefined ? undefined : Number(groups.col),
        },
      },
      rule: { id: rule },
      rawSeverity: groups.word,
      logLine: line.number,
    });
    return true;
  };

  return {
    line: (line) => {
      if (crash !== undefined) {
        crash.lines += 1;
        crash.path ??= FILE.exec(line.head)?.groups?.path;
        const reason = REASON.exec(line.head)?.groups;
        if (reason !== undefined)
          closeCrash({ line: Number(reason.line), col: Number(reason.col) }, reason.message);
        else if (!/^(?:\s|Caused by: )/.test(line.head) || crash.lines > TRACE_LINES_MAX) closeCrash();
        else return 'reading';
        return 'taken';
      }
      if (line.head === 'Starting audit...') {
        isOpen = true;
        problems = 0;
        return 'taken';
      }
      if (isOpen && line.head === 'Audit done.') {
        collector.closeRun({ completeness: 'complete', parsed: { problems } });
        isOpen = false;
        return 'taken';
      }
      if (FAULT.test(line.head)) {
        reportToolFault(collector, { text: line.text, logLine: line.number });
        return 'taken';
      }
      if (CRASH.test(line.head)) {
        crash = {
          text: line.text.slice(line.text.indexOf(': ') + 2),
          logLine: line.number,
          lines: 0,
        };
        return 'reading';
      }
      return readProblem(line) ? 'taken' : 'ignored';
    },
    end: () => {
      closeCrash();
      if (isOpen) {
        collector.closeRun({
          completeness: 'partial',
          parsed: { problems },
          note: 'the audit has no end',
        });
      }
    },
  };
}
