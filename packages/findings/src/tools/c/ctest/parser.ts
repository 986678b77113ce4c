import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { type FailedTest, failedTestDraft } from './test-draft.ts';

const START = /^Test project \S/;
const RESULT =
  /^ {0,8}\d{1,7}\/\d{1,7} Test {1,8}#(?<number>\d{1,7}): (?<name>\S.{0,400}?) ?\.{2,400}(?<verdict>[ *A-Za-z].*)$/;
const DURATION = / {1,8}(?<seconds>\d{1,7}\.\d{1,3}) sec$/;
const TOTALS = /^\d{1,3}% tests passed, (?<failures>\d{1,7}) tests? failed out of (?<tests>\d{1,7})$/;
const VERBOSE = /^(?<number>\d{1,7}): (?<text>.*)$/;
const VERBOSE_NOISE = /^(?:Test command: |Working Directory: |Test timeout |Environment variables: )/;
const NO_TESTS = 'No tests were found!!!';
const NO_PROJECT = 'No test configuration file found!';
const OUTPUT_LINES_MAX = 5 * CONTINUATION_LINES_MAX;
/** Outputs of tests that run side by side under -V. */
const OPEN_OUTPUTS_MAX = 1000;

type Session = {
  tests: number;
  failures: number;
  open?: FailedTest & { output: string[] };
  outputs: Map<string, string[]>;
};
const newSession = (): Session => ({ tests: 0, failures: 0, outputs: new Map() });

/** Results from the line that names the project to the totals. What tests print in between is shown to other parsers too. */
export function createCtestParser(collector: LogCollector): LogParser {
  let session: Session | undefined;

  const closeTest = () => {
    if (session?.open !== undefined) collector.add(failedTestDraft(session.open, collector));
    if (session !== undefined) delete session.open;
  };

  const finish = (line: LogLine): LineVerdict | undefined => {
    const totals = TOTALS.exec(line.head)?.groups;
    if (totals === undefined) return undefined;
    closeTest();
    const { tests = 0, failures = 0 } = session ?? {};
    const claimed = { tests: Number(totals.tests), failures: Number(totals.failures) };
    // Without the head of a session only the totals are in this log; nothing says that a test is missing.
    collector.closeRun({
      completeness: 'complete',
      claimed,
      parsed: session === undefined ? {} : { tests, failures },
    });
    session = undefined;
    return 'taken';
  };

  const readResult = (groups: Record<string, string | undefined>, line: LogLine): LineVerdict => {
    session ??= newSession();
    closeTest();
    const { name = '', number = '', verdict = '' } = groups;
    const output = session.outputs.get(number) ?? [];
    session.outputs.delete(number);
    const said = readVerdict(verdict);
    if (said.word !== 'Not Run (Disabled)') session.tests++;
    if (said.isFailure) {
      session.failures++;
      session.open = { name, verdict: said.word, durationMs: said.durationMs, output, logLine: line.number };
    }
    return 'reading';
  };

  const readOutput = (current: Session, line: LogLine): LineVerdict => {
    const verbose = VERBOSE.exec(line.head)?.groups;
    if (verbose?.number !== undefined) addVerbose(current, verbose.number, verbose.text ?? '');
    else if (/^(?: {4,10}Start {1,8}|test )\d{1,7}(?:: |$)|^The following tests /.test(line.head))
      closeTest();
    else if (current.open !== undefined && current.open.output.length < OUTPUT_LINES_MAX) {
      if (line.head !== '' || current.open.output.length > 0) current.open.output.push(line.text);
    }
    return 'watching';
  };

  return {
    line: (line) => {
      if (START.test(line.head)) {
        closeTest();
        session = newSession();
        return 'reading';
      }
      const finished = finish(line);
      if (finished !== undefined) return finished;
      if (line.head === NO_TESTS || line.head === NO_PROJECT) {
        if (line.head === NO_PROJECT) {
          collector.add({
            kind: 'tool_error',
            severity: 'high',
            level: 'error',
            text: line.text,
            logLine: line.number,
          });
          collector.closeRun({ completeness: 'failed', note: line.text });
        } else {
          const none = { tests: 0 };
          collector.closeRun({ completeness: 'unknown', claimed: none, parsed: none, note: 'no test ran' });
        }
        session = undefined;
        return 'taken';
      }
      const result = RESULT.exec(line.head)?.groups;
      if (result !== undefined) return readResult(result, line);
      return session === undefined ? 'ignored' : readOutput(session, line);
    },
    end: () => {
      closeTest();
      if (session === undefined) return;
      const { tests, failures } = session;
      collector.closeRun({
        completeness: 'partial',
        parsed: { tests, failures },
        note: 'the log ends before the totals',
      });
    },
  };
}

/** `   Passed    0.02 sec`, `***Failed    0.02 sec`, `Subprocess aborted***Exception:   0.03 sec`. */
function readVerdict(text: string): { word: string; isFailure: boolean; durationMs?: number } {
  const seconds = DURATION.exec(text)?.groups?.seconds;
  const words = text.replace(DURATION, '').trim();
  const [before = '', after = ''] = words.split('***', 2);
  const word = words.includes('***') ? before.trim() || after.trim() : words;
  const isFailure = words.includes('***') && !/^(?:Skipped|Not Run \(Disabled\))/.test(word);
  const read = { word: word.replace(/^Failed {2}(?=\S)/, ''), isFailure };
  return seconds === undefined ? read : { ...read, durationMs: Math.round(Number(seconds) * 1000) };
}

function addVerbose({ outputs }: Session, number: string, text: string): void {
  if (VERBOSE_NOISE.test(text)) return;
  const lines = outputs.get(number);
  if (lines !== undefined && lines.length < OUTPUT_LINES_MAX) lines.push(text);
  else if (lines === undefined && outputs.size < OPEN_OUTPUTS_MAX) outputs.set(number, [text]);
}
