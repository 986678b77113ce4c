import type { FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { TOOL_FAULT } from '../../../engine/tool-fault.ts';

const FILE = /^(?<file>[^\s:][^:]{0,400}\.bats)$/;
/** On terminals the name is first printed without a mark, and stays on the line for who does not move a cursor. */
const RESULT = /^(?: {3}.{0,1000}?\d{1,7}\/\d{1,7})? (?<mark>[✓✗-]) (?<name>\S.*)$/;
const SUMMARY =
  /^(?<tests>\d{1,7}) tests?, (?<failures>\d{1,7}) failures?(?:, \d{1,7} [a-z ]{1,30}){0,3}(?: in [\d.]{1,20} seconds?)?$/;
const FRAME = /(?:in (?:test )?file |^)(?<path>[^\s:,]{1,400})[,:] line (?<line>\d{1,7})\b/;
const FAULT = /^Error: (?<message>Test file "[^"]{1,1000}" does not exist.*)$/;
const LINES_MAX = 5 * CONTINUATION_LINES_MAX;

type Open = { name: string; lines: string[]; logLine: number };
type Session = { file: string; tests: number; failures: number; open?: Open | undefined };

/** The layout for terminals: names of files, a mark for each test, what failed below it, and totals. */
export function createBatsParser(collector: LogCollector): LogParser {
  let session: Session | undefined;

  const closeTest = () => {
    if (session?.open !== undefined) collector.add(failureDraft(session.open, session.file));
    if (session !== undefined) session.open = undefined;
  };

  const closeRun = (claimed: { tests: number; failures: number }): LineVerdict => {
    closeTest();
    const { tests = 0, failures = 0 } = session ?? {};
    session = undefined;
    const parsed = { tests, failures };
    if (claimed.tests > 0) collector.closeRun({ completeness: 'complete', claimed, parsed });
    else collector.closeRun({ completeness: 'unknown', claimed, parsed, note: 'no test ran' });
    return 'taken';
  };

  const readResult = (current: Session, mark: string, name: string, line: LogLine) => {
    closeTest();
    current.tests++;
    if (mark !== '✗') return;
    current.failures++;
    current.open = { name, lines: [], logLine: line.number };
  };

  return {
    line: (line) => {
      const fault = FAULT.exec(line.head)?.groups?.message;
      if (fault !== undefined) {
        collector.add({
          ...TOOL_FAULT,
          text: fault,
          logLine: line.number,
        });
        collector.closeRun({ completeness: 'failed', note: fault });
        return 'taken';
      }
      const file = FILE.exec(line.head)?.groups?.file;
      if (file !== undefined) {
        closeTest();
        session = { tests: 0, failures: 0, ...session, file };
        return 'watching';
      }
      if (session === undefined) return 'ignored';
      const totals = SUMMARY.exec(line.head)?.groups;
      if (totals !== undefined) {
        return closeRun({ tests: Number(totals.tests), failures: Number(totals.failures) });
      }
      const { mark, name } = RESULT.exec(line.head)?.groups ?? {};
      if (mark !== undefined && name !== undefined) {
        readResult(session, mark, name, line);
        return 'reading';
      }
      if (session.open === undefined || !line.head.startsWith('   ')) return 'watching';
      if (session.open.lines.length < LINES_MAX) session.open.lines.push(line.text.slice(3));
      return 'reading';
    },
    end: () => {
      closeTest();
      if (session === undefined || session.tests === 0) return;
      const { tests, failures } = session;
      const note = 'the log ends before the totals';
      collector.closeRun({ completeness: 'partial', parsed: { tests, failures }, note });
    },
  };
}

/** The stack from the innermost function to the test, the command that failed, then what the test printed. */
function failureDraft({ name, lines, logLine }: Open, file: string): FindingDraft {
  const places = lines.map(readPlace).filter((place) => place !== undefined);
  const command = lines.find((line) =>
    /^ {2}[`'].*' failed(?: with status \d{1,3})?$/.test(line.slice(0, 1000)),
  );
  const isSetup =
    /^(?:setup|teardown)(?:_file|_suite)? failed$/.test(name) ||
    /^\(from function `(?:setup|teardown)/.test(lines[0] ?? '');
  const outcome = isSetup ? 'errored' : 'failed';
  return {
    kind: isSetup ? 'test_error' : 'test_failure',
    level: 'error',
    severity: TEST_SEVERITY[outcome],
    text: (command ?? lines[0] ?? `${name} failed`).trim(),
    detail: lines.join('\n'),
    place: places[0],
    related: places.slice(1),
    test: { suite: file, name, outcome },
    logLine,
  };
}

function readPlace(line: string): StatedPlace | undefined {
  const groups = FRAME.exec(line.slice(0, 1000))?.groups;
  return groups && { path: groups.path, region: { line: Number(groups.line) } };
}
