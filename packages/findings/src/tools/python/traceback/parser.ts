import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { exceptionType } from '../exception-line.ts';
import { type Frame, FRAMES_MAX, placeOfFrames, readFrame } from '../frames.ts';

/** Lines of one traceback that are kept: recursion and groups of exceptions are long. */
const LINES_MAX = 200;
/** Crashes kept until the exit code is known. */
const CRASHES_MAX = 100;
/** After a crash there is little left to say: `make: *** Error 1`, the second line of a message. */
const FOLLOWING_LINES_MAX = 5;

const HEADER = /^(?: {2}\+ Exception Group )?Traceback \(most recent call last\):?$/;
const CHAIN = /^(?:During handling of the above exception|The above exception was the direct cause)/;
/** Test tools print tracebacks as well, and go on with a ruler, a count or a heading. */
const GOES_ON = /^(?:[-=_]{10}|Ran \d)/;
/** Between these, tracebacks are those of failed tests. */
const TESTS_BEGIN = /^(?:ERROR|FAIL): \w{1,200} \(|^={3,600} (?:ERRORS|FAILURES) =/;
const TESTS_END = /^Ran \d{1,9} tests? in \d|^={3,600} [^=]{1,300} in \d/;
/** Programs whose own crash is told by their own parser. */
const OWN_PARSER =
  /\/(?:bin\/)?(?:pip-audit|pip_audit|semgrep|pysemgrep|bandit|mypy|pytest|py\.test)(?:[/"]|$)/;

type Crash = {
  logLine: number;
  frames: Frame[];
  lines: string[];
  /** The line that names the exception; empty while the traceback is still being printed. */
  message: string;
  following: number;
};

/** Held back until it is clear that nobody went on after it, and that the recipe failed. */
export function createTracebackParser(collector: LogCollector): LogParser {
  const crashes: Crash[] = [];
  let open: Crash | undefined;
  let isChained = false;
  let isInTests = false;

  const settle = () => {
    if (open !== undefined && open.message !== '' && crashes.length < CRASHES_MAX) crashes.push(open);
    open = undefined;
  };

  const begin = (line: LogLine): LineVerdict => {
    const logLine = isChained && open !== undefined ? open.logLine : line.number;
    const before = isChained && open !== undefined ? open.lines : [];
    if (!isChained) settle();
    open = { logLine, frames: [], lines: [...before, line.text], message: '', following: 0 };
    isChained = false;
    return 'reading';
  };

  const readTrace = (crash: Crash, line: LogLine): LineVerdict => {
    addLine(crash, line);
    const frame = readFrame(line.head);
    if (frame !== undefined && crash.frames.length < FRAMES_MAX) crash.frames.push(frame);
    const said = line.head.replace(/^ {2}\| (?! )/, '');
    if (exceptionType(said) !== undefined) crash.message = said;
    else if (!/^\s/.test(line.head)) open = undefined; // Not a traceback after all.
    return open === undefined ? 'ignored' : 'reading';
  };

  const readFollowing = (crash: Crash, line: LogLine): LineVerdict => {
    if (CHAIN.test(line.head)) isChained = true;
    if (GOES_ON.test(line.head)) open = undefined;
    else if (line.head === '') return 'watching';
    else if (/^\s/.test(line.head) || isChained) addLine(crash, line);
    else if (++crash.following > FOLLOWING_LINES_MAX) open = undefined;
    return open === undefined ? 'ignored' : 'watching';
  };

  return {
    line: (line) => {
      if (TESTS_BEGIN.test(line.head)) isInTests = true;
      else if (TESTS_END.test(line.head)) isInTests = false;
      if (isInTests) {
        open = undefined;
        return 'ignored';
      }
      if (HEADER.test(line.head)) return begin(line);
      if (open === undefined || open.message !== '') {
        // A syntax error has no header, only its one frame.
        if (/^ {2}File "/.test(line.head) && !isChained) {
          begin(line);
          return readFrame(line.head) === undefined ? 'ignored' : addOnlyFrame(open, line);
        }
        return open === undefined ? 'ignored' : readFollowing(open, line);
      }
      return readTrace(open, line);
    },
    end: ({ exitCode }) => {
      settle();
      if (exitCode === 0) return;
      for (const crash of crashes.map((each) => toDraft(each, collector))) if (crash) collector.add(crash);
    },
  };
}

function addOnlyFrame(crash: Crash | undefined, line: LogLine): LineVerdict {
  const frame = readFrame(line.head);
  if (crash !== undefined && frame !== undefined) crash.frames.push(frame);
  return 'reading';
}

function addLine(crash: Crash, line: LogLine): void {
  if (crash.lines.length < LINES_MAX) crash.lines.push(line.text);
}

/** A syntax error stops a program before it starts; a program of somebody else that dies did not do its work. */
function toDraft(
  { frames, message, lines, logLine }: Crash,
  collector: LogCollector,
): FindingDraft | undefined {
  if (message.startsWith('KeyboardInterrupt') || frames.some(({ path }) => OWN_PARSER.test(path)))
    return undefined;
  const own = placeOfFrames(frames, collector.resolve);
  const type = exceptionType(message);
  const isSyntax = type === 'SyntaxError' || type === 'IndentationError' || type === 'TabError';
  return {
    kind: isSyntax ? 'compile_error' : 'crash',
    severity: 'high',
    level: 'error',
    text: message,
    detail: lines.join('\n'),
    place: own?.place,
    related: own?.related ?? [],
    rule: { id: type },
    logLine,
  };
}
