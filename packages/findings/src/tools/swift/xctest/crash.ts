import type { StatedPlace } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LogCollector, LogLine } from '../../../core/tool.ts';
import type { TestName } from './lines.ts';

const FATAL = /^(?<path>[^\s:][^:]{0,400}\.swift):(?<line>\d{1,7}): (?<message>Fatal error(?:: .*)?)$/;
/** The address is another one each time. */
const CRASHED = /^\*\*\* Program crashed: (?<what>[^*]{1,200}?) at 0x[0-9a-f]{1,16} \*\*\*$/;
const FRAME = /^\d{1,4} (?:\[\w{1,10}\] ){0,3} {0,20}0x[0-9a-f]{1,16} (?<what>.{1,1000})$/;
const FRAME_PLACE = / in \S{1,300} at (?<path>\/[^:]{1,500}):(?<line>\d{1,7}):(?<col>\d{1,7})$/;

type Crash = {
  test: TestName;
  text: string;
  stated?: StatedPlace;
  frame?: StatedPlace;
  trace: string[];
  logLine: number;
};

export type CrashReader = {
  /** False: the line has nothing to do with a crash. */
  line: (line: LogLine, test: TestName) => boolean;
  close: () => void;
};

/** A test that never ended, the message it died with, and the frames of the backtrace. */
export function createCrashReader(collector: LogCollector): CrashReader {
  let crash: Crash | undefined;

  const open = (test: TestName, text: string, line: LogLine) => {
    crash ??= { test, text, trace: [], logLine: line.number };
  };

  return {
    line: (line, test) => {
      const fatal = FATAL.exec(line.head)?.groups;
      if (fatal !== undefined) {
        open(test, fatal.message ?? '', line);
        crash!.stated = { path: fatal.path, region: { line: Number(fatal.line) } }; // Opened right above.
        return true;
      }
      const what = CRASHED.exec(line.head)?.groups?.what;
      if (what !== undefined) open(test, `Program crashed: ${what}`, line);
      if (crash === undefined) return false;
      const frame = FRAME.exec(line.head)?.groups?.what;
      if (frame !== undefined) addFrame(crash, frame, collector);
      return true;
    },
    close: () => {
      if (crash === undefined) return;
      const { test, text, stated, frame, trace, logLine } = crash;
      collector.add({
        kind: 'crash',
        severity: 'high',
        level: 'error',
        text,
        detail: trace.join('\n'),
        place: frame ?? stated,
        test: { ...test, outcome: 'errored' },
        logLine,
      });
      crash = undefined;
    },
  };
}

/** The first frame in a file of the project is the place; the compiler names it without its folders otherwise. */
function addFrame(crash: Crash, what: string, { resolve }: LogCollector): void {
  if (crash.trace.length < CONTINUATION_LINES_MAX) crash.trace.push(what);
  const place = FRAME_PLACE.exec(what)?.groups;
  if (crash.frame !== undefined || place?.path === undefined || !resolve(place.path).known) return;
  crash.frame = { path: place.path, region: { line: Number(place.line), col: Number(place.col) } };
}
