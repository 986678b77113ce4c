import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { type Frame, FRAMES_MAX, placeOfStacks, type Stack, STACKS_MAX } from '../stack-place.ts';
import { faultName, undefinedBehaviourRule } from './rules.ts';

const HEAD = /^(?:==\d{1,9}==)?(?:ERROR|WARNING): (?<sanitizer>[A-Z][A-Za-z]{1,20}Sanitizer): (?<what>.*)$/;
const LEAK = /^(?:Direct|Indirect) leak of \d{1,15} byte\(s\) in \d{1,15} object\(s\) allocated from:$/;
const RUNTIME =
  /^(?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7}):(?<col>\d{1,7}): runtime error: (?<message>.*)$/;
const SUMMARY = /^SUMMARY: [A-Z][A-Za-z]{1,30}(?:Sanitizer|Behavior\w{0,12}): /;
const FATAL = /^(?:==\d{1,9}==)?FATAL: [A-Z][A-Za-z]{1,20}Sanitizer: .*$/;
const FRAME = /^ {2,8}#\d{1,4} (?:0x[0-9a-f]{1,16} in )?(?<rest>.*)$/;
const POSITION = /^(?<path>[^:]{1,400}):(?<line>\d{1,7})(?::(?<col>\d{1,7}))?$/;
const LINES_MAX = 3 * CONTINUATION_LINES_MAX;

type Open = { draft: FindingDraft; stacks: Stack[]; lines: string[]; label: string; isInStack: boolean };

/** From the head to the summary: the stack where it went wrong, then those that explain it. A leak ends at an empty line. */
export function createSanitizerParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let isLeakReport = false;

  const close = () => {
    if (open === undefined) return;
    const { draft, stacks, lines } = open;
    open = undefined;
    const found = placeOfStacks(stacks, collector.resolve);
    const place = draft.place ?? found.place;
    collector.add({ ...draft, ...found, place, detail: lines.join('\n').trimEnd() });
  };

  const begin = (draft: FindingDraft, line: LogLine): LineVerdict => {
    close();
    open = { draft: { ...draft, logLine: line.number }, stacks: [], lines: [], label: '', isInStack: false };
    return 'reading';
  };

  const start = (line: LogLine): LineVerdict | undefined => {
    const runtime = RUNTIME.exec(line.head)?.groups;
    if (runtime !== undefined) return begin(runtimeDraft(runtime), line);
    const { sanitizer, what } = HEAD.exec(line.head)?.groups ?? {};
    if (sanitizer !== undefined && what !== undefined) {
      close();
      isLeakReport = sanitizer === 'LeakSanitizer' && what.startsWith('detected memory leaks');
      return isLeakReport ? 'reading' : begin(crashDraft(`${sanitizer}: ${what}`, faultName(what)), line);
    }
    if (LEAK.test(line.head)) {
      const text = line.text.replace(/ allocated from:$/, '');
      return begin({ ...crashDraft(text, 'memory-leak'), severity: 'medium' }, line);
    }
    return undefined;
  };

  return {
    line: (line) => {
      if (SUMMARY.test(line.head)) {
        close();
        isLeakReport = false;
        collector.closeRun({ completeness: 'complete' });
        return 'taken';
      }
      if (FATAL.test(line.head)) {
        collector.add({
          kind: 'tool_error',
          severity: 'high',
          level: 'error',
          text: line.text,
          logLine: line.number,
        });
        collector.closeRun({ completeness: 'failed', note: line.text });
        return 'taken';
      }
      const started = start(line);
      if (started !== undefined) return started;
      if (open === undefined) return isLeakReport ? 'watching' : 'ignored';
      const verdict = follow(open, line);
      if (verdict === 'ignored') close();
      return verdict === 'ignored' && isLeakReport ? 'watching' : verdict;
    },
    end: close,
  };
}

function follow(open: Open, { head, text }: LogLine): LineVerdict {
  const rest = FRAME.exec(head)?.groups?.rest;
  // What is checked while the program runs has no end: its stack goes on as long as there are frames.
  const hasEnd = open.draft.place === undefined && open.draft.rule?.id !== 'memory-leak';
  if (rest === undefined && !hasEnd) return 'ignored';
  if (open.lines.length >= LINES_MAX) return 'ignored';
  open.lines.push(text);
  if (rest === undefined) {
    open.isInStack = false;
    if (head !== '') open.label = head.trim();
    return 'reading';
  }
  if (!open.isInStack && open.stacks.length < STACKS_MAX) open.stacks.push({ label: open.label, frames: [] });
  open.isInStack = true;
  const frame = readFrame(rest);
  const frames = open.stacks.at(-1)?.frames;
  if (frame !== undefined && frames !== undefined && frames.length < FRAMES_MAX) frames.push(frame);
  return 'reading';
}

/** `Pen::read() /workspace/pen.cpp:1:45`, `work /workspace/race.c:3 (a+0x11d0)`. */
function readFrame(rest: string): Frame | undefined {
  const bare = rest.replace(/(?: \([^()]{0,400}\)){1,2}$/, '');
  const split = bare.lastIndexOf(' ');
  const { path, line, col } = POSITION.exec(bare.slice(split + 1))?.groups ?? {};
  if (path === undefined) return undefined;
  return {
    path,
    line: Number(line),
    col: col === undefined ? undefined : Number(col),
    name: bare.slice(0, split),
  };
}

function crashDraft(text: string, rule: string): FindingDraft {
  // Addresses and process ids change from job to job and say nothing to a reader.
  const said = text.replace(/ \(pid=\d{1,9}\)$/, '');
  const address = said.search(/ on (?:(?:unknown )?address )?0x/);
  const message = address < 0 ? said : said.slice(0, address);
  return { kind: 'crash', severity: 'high', level: 'error', text: message, rule: { id: rule } };
}

function runtimeDraft({ path, line, col, message = '' }: Record<string, string | undefined>): FindingDraft {
  return {
    ...crashDraft(message, undefinedBehaviourRule(message)),
    text: `runtime error: ${message}`,
    place: { path, region: { line: Number(line), col: Number(col) } },
  };
}
