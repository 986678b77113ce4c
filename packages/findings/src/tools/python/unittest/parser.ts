import { DETAIL_CHARS_MAX } from '../../../core/limits.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser, ToolRunDraft } from '../../../core/tool.ts';
import { exceptionType } from '../exception-line.ts';
import { type Frame, FRAMES_MAX, placeOfFrames, readFrame } from '../frames.ts';

const HEADING =
  /^(?<word>ERROR|FAIL|UNEXPECTED SUCCESS): (?<name>\w{1,200}) \((?<id>[\w.<>]{1,400})\)(?<params>.{0,400})$/;
const RAN = /^Ran (?<tests>\d{1,9}) tests? in \d/;
const RESULT = /^(?:OK|FAILED|NO TESTS RAN)(?: \((?<counts>[^)]{1,300})\))?$/;
const RULER = /^[-=]{70}$/;

type Failure = {
  outcome: 'failed' | 'errored';
  suite: string;
  name: string;
  logLine: number;
  frames: Frame[];
  lines: string[];
  chars: number;
  message: string;
};

type Counts = { failures: number; errors: number };

/** Each failure has a heading between rulers; the run ends with `Ran n tests` and a verdict. */
export function createUnittestParser(collector: LogCollector): LogParser {
  let open: Failure | undefined;
  let parsed: Counts = { failures: 0, errors: 0 };
  let tests: number | undefined;
  /** Modules and classes whose tests were not even begun. */
  let unseen = 0;

  const reset = () => {
    parsed = { failures: 0, errors: 0 };
    tests = undefined;
    unseen = 0;
  };

  const close = () => {
    if (open === undefined) return;
    collector.add(toDraft(open, collector));
    parsed[open.outcome === 'failed' ? 'failures' : 'errors']++;
    if (open.suite.endsWith('._FailedTest') || /^setUp(?:Class|Module)/.test(open.name)) unseen++;
    open = undefined;
  };

  const breakOff = (): LineVerdict => {
    collector.closeRun({ completeness: 'partial', parsed, note: 'the verdict of the tests is missing' });
    reset();
    return 'ignored';
  };

  const finish = (counts: string): LineVerdict => {
    const claimed = { tests: tests ?? 0, ...readCounts(counts) };
    const isEmpty = claimed.tests === 0 && claimed.errors === 0;
    collector.closeRun({
      claimed,
      parsed: isEmpty ? { ...parsed, tests: 0 } : parsed,
      ...judge(isEmpty, unseen),
    });
    reset();
    return 'taken';
  };

  return {
    line: (line) => {
      const heading = HEADING.exec(line.head)?.groups;
      if (heading !== undefined) {
        close();
        open = openFailure(heading, line.number);
        return 'reading';
      }
      const ran = RAN.exec(line.head)?.groups;
      if (ran !== undefined) {
        close();
        tests = Number(ran.tests);
        return 'reading';
      }
      const result = tests === undefined ? null : RESULT.exec(line.head);
      if (result !== null) return finish(result.groups?.counts ?? '');
      if (tests !== undefined && line.head !== '') return breakOff();
      if (tests !== undefined) return 'reading';
      if (open === undefined) return 'ignored';
      addLine(open, line);
      return 'reading';
    },
    end: close,
  };
}

function judge(isEmpty: boolean, unseen: number): Pick<ToolRunDraft, 'completeness' | 'note'> {
  if (isEmpty) return { completeness: 'unknown', note: 'no test ran' };
  if (unseen === 0) return { completeness: 'complete' };
  return { completeness: 'partial', note: `modules and classes that could not be set up: ${unseen}` };
}

/** `test_total (test_cart.TestCart.test_total)`; before 3.11 the parentheses hold the class only. */
function openFailure(groups: Record<string, string | undefined>, logLine: number): Failure {
  const name = groups.name ?? '';
  const id = groups.id ?? '';
  const suite = id.endsWith(`.${name}`) ? id.slice(0, -name.length - 1) : id;
  return {
    outcome: groups.word === 'ERROR' ? 'errored' : 'failed',
    suite,
    name: `${name}${groups.params ?? ''}`,
    logLine,
    frames: [],
    lines: [],
    chars: 0,
    message: groups.word === 'UNEXPECTED SUCCESS' ? 'unexpected success' : '',
  };
}

function addLine(failure: Failure, { head, text }: LogLine): void {
  if (RULER.test(head)) return;
  const frame = readFrame(head);
  if (frame !== undefined && failure.frames.length < FRAMES_MAX) failure.frames.push(frame);
  // Of exceptions that led to one another, the last one counts; its message may go on below it.
  if (failure.frames.length > 0 && exceptionType(head) !== undefined && isAfterTrace(failure))
    failure.message = head;
  if (failure.chars > DETAIL_CHARS_MAX) return;
  failure.lines.push(text);
  failure.chars += text.length + 1;
}

/** The exception stands right below the source line of the last frame; captured output does not. */
function isAfterTrace(failure: Failure): boolean {
  return /^\s+\S/.test(failure.lines.at(-1) ?? '');
}

function readCounts(counts: string): Counts & { skipped: number } {
  const found = new Map<string, number>();
  for (const part of counts.split(', ')) {
    const [word = '', number = ''] = part.split('=', 2);
    found.set(word, /^\d{1,9}$/.test(number) ? Number(number) : 0);
  }
  const count = (word: string) => found.get(word) ?? 0;
  return {
    failures: count('failures') + count('unexpected successes'),
    errors: count('errors'),
    skipped: count('skipped'),
  };
}

function toDraft(failure: Failure, collector: LogCollector) {
  const { outcome, suite, name, message, lines, logLine, frames } = failure;
  const own = placeOfFrames(frames, collector.resolve);
  const type = exceptionType(message);
  return {
    kind: outcome === 'errored' ? 'test_error' : 'test_failure',
    severity: TEST_SEVERITY[outcome],
    level: 'error',
    text: message === '' ? `${name} ${outcome}` : message,
    detail: lines.join('\n').trim(),
    place: own?.place,
    related: own?.related ?? [],
    test: { suite, name, outcome },
    extra: type === undefined ? undefined : { type },
    logLine,
  } as const;
}
