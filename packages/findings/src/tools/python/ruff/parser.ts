import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { createMissingCheck, reportMissingTool } from '../missing-tool.ts';
import { type FullHead, readArrow, readConcise, readFullHead, readGrouped } from './heads.ts';
import { FORMAT_RULE, IO_RULE, problemToDraft, type RuffProblem, SYNTAX_RULE } from './problem.ts';
import { readSummary, type RuffSummary } from './summary.ts';

const isMissing = createMissingCheck('ruff');
const NO_FILES = 'warning: No Python files found under the given path(s)';
const UNPARSED =
  /^error: Failed to parse (?<path>[^:]{1,400}):(?<line>\d{1,9}):(?<col>\d{1,9}): (?<message>.*)$/;
const WOULD_REFORMAT = /^Would reformat: (?<path>.*)$/;
/** `--statistics`: how often each rule was broken, and nothing else. */
const STATISTIC = /^\d{1,7}\t(?:[A-Z]{1,8}\d{2,5} {0,8}| {1,8})\t\[/;
/** Code frames, suggested changes and remarks below a problem. */
const FRAME = /^ {0,8}(?:\d{1,9} {1,4})?(?:\||[+-] ?)|^ {0,8}(?:-->|= |::: |\.\.\.)|^(?:help|note|info): /;

/** `unread`: files that ruff could not read, `broken`: not parse. `statistics`: lines that only count. */
type Counts = { problems: number; files: number; broken: number; unread: number; statistics: number };

const noCounts = (): Counts => ({ problems: 0, files: 0, broken: 0, unread: 0, statistics: 0 });

/** Problems in any of the text layouts, closed by the line that counts them. */
export function createRuffParser(collector: LogCollector): LogParser {
  let counts = noCounts();
  let open: { problem: RuffProblem; frame: string[] } | undefined;
  let head: FullHead | undefined;
  let groupPath: string | undefined;
  let diffs: RuffProblem[] = [];
  let note: string | undefined;

  const closeProblem = () => {
    if (open !== undefined) collector.add(problemToDraft(open.problem, open.frame.join('\n')));
    open = undefined;
  };

  const openProblem = (problem: RuffProblem, line: LogLine): LineVerdict => {
    closeProblem();
    open = { problem: { ...problem, logLine: line.number }, frame: [] };
    counts.problems++;
    if (problem.rule === FORMAT_RULE) counts.files++;
    if (problem.rule === SYNTAX_RULE) counts.broken++;
    if (problem.rule === IO_RULE) counts.unread++;
    return 'reading';
  };

  const close = (summary: RuffSummary) => {
    closeProblem();
    if (summary.unit === 'files' && counts.files === 0 && summary.left > 0) {
      for (const diff of diffs) collector.add(problemToDraft(diff));
      counts.files = diffs.length;
    }
    collector.closeRun({
      claimed: { [summary.unit]: summary.left },
      parsed: { [summary.unit]: counts[summary.unit] },
      ...judge(summary, counts, note),
    });
    counts = noCounts();
    diffs = [];
    note = undefined;
    groupPath = undefined;
  };

  const readProblem = (line: LogLine): RuffProblem | undefined => {
    const place = head && readArrow(line.head);
    if (head !== undefined && place !== undefined) return { ...head, ...place };
    const grouped = groupPath === undefined ? undefined : readGrouped(line.head, groupPath);
    return grouped ?? readConcise(line.head) ?? readFormatLine(line.head);
  };

  const readOther = (line: LogLine): LineVerdict => {
    if (open !== undefined && FRAME.test(line.head)) {
      addFrame(open, line);
      return 'reading';
    }
    const wasOpen = open !== undefined;
    closeProblem();
    head = readFullHead(line.head);
    if (head !== undefined) return 'watching';
    const heading = /^(?<path>[^\s:]{1,300}):$/.exec(line.head)?.groups?.path;
    if (heading !== undefined) {
      groupPath = heading;
      return 'watching';
    }
    const diff = /^--- (?<path>\S{1,300})$/.exec(line.head)?.groups?.path;
    if (diff !== undefined && diffs.length < 1000) diffs.push({ ...unformatted(diff), logLine: line.number });
    return wasOpen && line.head === '' ? 'watching' : 'ignored';
  };

  return {
    line: (line) => {
      if (isMissing(line.head)) {
        reportMissingTool(collector, line);
        return 'taken';
      }
      const summary = readSummary(line.head);
      if (summary !== undefined) {
        if (summary.isShared && counts.problems + counts.statistics === 0) return 'ignored';
        close(summary);
        return 'taken';
      }
      if (STATISTIC.test(line.head)) {
        counts.statistics++;
        return 'taken';
      }
      if (line.head === NO_FILES) {
        note = 'no Python files were found';
        return 'taken';
      }
      if (line.head === 'ruff failed') {
        head = { rule: 'failed', message: '' };
        return 'reading';
      }
      if (head?.rule === 'failed') {
        reportToolFault(collector, {
          text: line.text.replace(/^ +Cause: /, 'ruff failed: '),
          logLine: line.number,
        });
        head = undefined;
        return 'taken';
      }
      const problem = readProblem(line);
      head = problem === undefined ? head : undefined;
      return problem === undefined ? readOther(line) : openProblem(problem, line);
    },
    end: closeProblem,
  };
}

function judge({ unit }: RuffSummary, { broken, unread }: Counts, note: string | undefined) {
  if (note !== undefined) return { completeness: 'unknown', note } as const;
  if (unread > 0)
    return { completeness: 'partial', note: `files that could not be read: ${unread}` } as const;
  // The linter still says what it can about a file that does not parse; the formatter says nothing.
  if (unit === 'files' && broken > 0) {
    return { completeness: 'partial', note: `files that could not be parsed: ${broken}` } as const;
  }
  return { completeness: 'complete' } as const;
}

function readFormatLine(line: string): RuffProblem | undefined {
  const path = WOULD_REFORMAT.exec(line)?.groups?.path;
  if (path !== undefined) return unformatted(path);
  const groups = UNPARSED.exec(line)?.groups;
  if (groups?.path === undefined) return undefined;
  const region = { line: Number(groups.line), col: Number(groups.col) };
  return { rule: SYNTAX_RULE, message: groups.message ?? '', path: groups.path, region };
}

function unformatted(path: string): RuffProblem {
  return { rule: FORMAT_RULE, message: 'File would be reformatted', path, region: {}, fixable: 'safe' };
}

function addFrame(open: { problem: RuffProblem; frame: string[] }, line: LogLine): void {
  const help = /^(?: {0,8}= )?help: (?<help>.*)$/.exec(line.head)?.groups?.help;
  if (help !== undefined) open.problem.help = help;
  if (line.head.startsWith('note: This is an unsafe fix')) open.problem.fixable = 'unsafe';
  if (open.frame.length < CONTINUATION_LINES_MAX) open.frame.push(line.text);
}
