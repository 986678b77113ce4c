import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { FRAMES_MAX, STACKS_MAX } from '../stack-place.ts';
import { FATAL_SIGNAL, kindOf, problemToDraft, type ValgrindProblem } from './problem.ts';

const LINE = /^==(?<pid>\d{1,9})== ?(?<text>.*)$/;
const FRAME = /^ {3}(?:at|by) 0x[0-9A-Fa-f]{1,16}: (?<name>.*)$/;
/** The end of a frame: `(main.c:4)`. */
const PLACE = / \((?<path>[^():]{1,400}):(?<line>\d{1,7})\)$/;
const SUMMARY = /^ERROR SUMMARY: (?<errors>\d{1,9}) errors from (?<contexts>\d{1,9}) contexts /;
const VERSION = /^Using Valgrind-(?<version>\d[\w.]{0,30}) /;
const FAULT = /^valgrind: (?<message>.*)$/;
/** Children that are traced as well. */
const PROCESSES_MAX = 64;

type Open = ValgrindProblem & { lines: string[]; stacks: NonNullable<ValgrindProblem['stacks']> };
type Process = {
  version?: string | undefined;
  errors: number;
  heading?: { text: string; logLine: number } | undefined;
  open?: Open | undefined;
};

/** Blocks of `==pid== ` lines: a heading, frames, then other stacks that explain it. Each process has its own. */
export function createValgrindParser(collector: LogCollector): LogParser {
  const processes = new Map<string, Process>();

  const closeBlock = (process: Process) => {
    const { open } = process;
    process.open = undefined;
    process.heading = undefined;
    if (open === undefined) return;
    if (open.kind !== FATAL_SIGNAL) process.errors++;
    collector.add(problemToDraft({ ...open, detail: open.lines.join('\n') }, collector));
  };

  const readLine = (process: Process, text: string, line: LogLine) => {
    const summary = SUMMARY.exec(text)?.groups;
    const frame = FRAME.exec(text)?.groups?.name;
    if (text === '') closeBlock(process);
    else if (frame !== undefined) addFrame(process, frame, text);
    else if (summary !== undefined) closeRun(process, Number(summary.contexts));
    else if (text.startsWith(' ')) addLabel(process, text);
    else {
      closeBlock(process);
      process.version ??= VERSION.exec(text)?.groups?.version;
      process.heading = { text, logLine: line.number };
    }
  };

  const closeRun = (process: Process, contexts: number) => {
    closeBlock(process);
    const { version, errors } = process;
    collector.closeRun({
      completeness: 'complete',
      version,
      claimed: { errors: contexts },
      parsed: { errors },
    });
    process.version = undefined;
    process.errors = 0;
  };

  return {
    line: (line) => {
      const groups = LINE.exec(line.head)?.groups;
      if (groups?.pid !== undefined) {
        const process = processes.get(groups.pid) ?? { errors: 0 };
        if (processes.size < PROCESSES_MAX) processes.set(groups.pid, process);
        readLine(process, groups.text ?? '', line);
        return 'taken';
      }
      const message = FAULT.exec(line.head)?.groups?.message;
      if (message === undefined) return 'ignored';
      collector.add({
        kind: 'tool_error',
        severity: 'high',
        level: 'error',
        text: message,
        logLine: line.number,
      });
      collector.closeRun({ completeness: 'failed', note: message });
      return 'taken';
    },
    end: () => {
      for (const process of processes.values()) {
        closeBlock(process);
        if (process.version === undefined) continue;
        const note = 'the log ends before the summary';
        collector.closeRun({ completeness: 'partial', version: process.version, note });
      }
    },
  };
}

/** What stands before frames is a heading; what never gets any is a remark. */
function addFrame(process: Process, name: string, text: string): void {
  const { heading } = process;
  if (process.open === undefined && heading !== undefined) {
    const stacks = [{ label: '', frames: [] }];
    process.open = { kind: kindOf(heading.text), ...heading, stacks, lines: [] };
  }
  const { open } = process;
  if (open === undefined) return;
  addText(open, text);
  const { path, line } = PLACE.exec(name)?.groups ?? {};
  const frames = open.stacks.at(-1)?.frames;
  if (path === undefined || frames === undefined || frames.length >= FRAMES_MAX) return;
  frames.push({ path, line: Number(line), name: name.slice(0, name.lastIndexOf(' (')) });
}

function addLabel({ open }: Process, text: string): void {
  if (open === undefined) return;
  addText(open, text);
  if (open.stacks.length < STACKS_MAX) open.stacks.push({ label: text.trim(), frames: [] });
}

function addText(open: Open, text: string): void {
  if (open.lines.length < CONTINUATION_LINES_MAX) open.lines.push(text);
}
