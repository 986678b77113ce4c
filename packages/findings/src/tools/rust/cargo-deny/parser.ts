import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import type { Crate } from '../crate-flaw.ts';
import {
  countDiagnostic,
  type DenyDiagnostic,
  denyDiagnosticToDraft,
  judgeCheck,
  openCheck,
  UNASKED,
} from './diagnostic.ts';

const HEAD = /^(?<level>error|warning)\[(?<code>[a-z-]{1,60})\]: (?<message>\S.*)$/;
/** rustc draws its frames with other signs. */
const PLACE = /^ {1,12}┌─ /;
const FRAME = /^(?: {1,12}| {0,8}\d{1,8} )[│┌·]/;
const NOTE = /^ {1,12}= (?<note>.*)$/;
const CRATE = /^(?<name>[\w-]{1,200}) v(?<version>\d\S{0,100})$/;
const SUMMARY =
  /^ ?(?:(?:advisories|bans|licenses|sources) (?:ok|FAILED)(?:, |$|: (?<errors>\d{1,7}) errors, (?<warnings>\d{1,7}) warnings, \d{1,7} notes$)){1,4}$/;
const FAULT =
  /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d )?\[ERROR\] (?<words>(?:failed to (?:fetch|open|load) advisory |failed to (?:deserialize|validate|parse|read|load) config|the directory \S{1,400} doesn't contain a Cargo\.toml).*)$/;

type Open = { diagnostic: DenyDiagnostic; notes: string[]; isPlaced: boolean };

/** Frames with notes below them, then a line of verdicts. */
export function createCargoDenyParser(collector: LogCollector): LogParser {
  let check = openCheck();
  let open: Open | undefined;

  const close = () => {
    if (open?.isPlaced) {
      const { notes } = open;
      const diagnostic = { ...open.diagnostic, notes, crate: crateOf(notes) };
      countDiagnostic(check, diagnostic);
      if (!UNASKED.has(diagnostic.code)) collector.add(denyDiagnosticToDraft(diagnostic, collector));
    }
    open = undefined;
  };

  const readSummary = (groups: Record<string, string | undefined>): LineVerdict => {
    const { errors, warnings } = groups;
    const claimed = errors === undefined ? undefined : { errors: Number(errors), warnings: Number(warnings) };
    collector.closeRun({ ...judgeCheck(check), claimed });
    check = openCheck();
    return 'taken';
  };

  const begin = (line: LogLine): LineVerdict => {
    const groups = HEAD.exec(line.head)?.groups;
    if (groups === undefined) return 'ignored';
    const level = groups.level === 'error' ? 'error' : 'warning';
    const { code = '', message = '' } = groups;
    const diagnostic: DenyDiagnostic = {
      level,
      code,
      message,
      notes: [],
      crate: undefined,
      logLine: line.number,
    };
    open = { diagnostic, notes: [], isPlaced: false };
    return 'watching';
  };

  return {
    line: (line) => {
      if (open !== undefined && follow(open, line)) return 'reading';
      close();
      const summary = SUMMARY.exec(line.head);
      if (summary !== null) return readSummary(summary.groups ?? {});
      const words = FAULT.exec(line.head)?.groups?.words;
      if (words === undefined) return begin(line);
      reportToolFault(collector, { text: words, logLine: line.number });
      check = openCheck();
      return 'taken';
    },
    end: () => {
      close();
      if (check.errors + check.warnings === 0) return;
      const { parsed } = judgeCheck(check);
      collector.closeRun({ completeness: 'partial', parsed, note: 'the log ends before the verdicts' });
    },
  };
}

/** Does the line belong to the diagnostic? The first one must be its place. */
function follow(open: Open, line: LogLine): boolean {
  if (!open.isPlaced) return (open.isPlaced = PLACE.test(line.head));
  if (FRAME.test(line.head)) return true;
  const note = NOTE.exec(line.head)?.groups?.note;
  if (note !== undefined && open.notes.length < CONTINUATION_LINES_MAX) open.notes.push(note);
  // A note of several paragraphs has blank lines in it; the tree of who needs the crate is indented, too.
  return note !== undefined || /^ {2,}\S|^\s*$|^\.{3}$/.test(line.head);
}

/** The last note is the crate, with those that need it below it. */
function crateOf(notes: string[]): Crate | undefined {
  const groups = CRATE.exec(notes.at(-1) ?? '')?.groups;
  if (groups?.name === undefined || groups.version === undefined) return undefined;
  notes.pop();
  return { name: groups.name, version: groups.version };
}
