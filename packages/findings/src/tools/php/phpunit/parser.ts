import type { FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';

const BANNER = /^PHPUnit (?<version>\d{1,3}\.\d{1,3}[\w.-]{0,20}) by Sebastian Bergmann/;
const SECTION = /^There (?:was|were) \d{1,7} (?<what>[a-zA-Z ]{3,60}):$/;
const TEST = /^(?<number>\d{1,7})\) (?<id>\S.{0,1000})$/;
const PASSED = /^OK \((?<tests>\d{1,7}) tests?, /;
const TOTALS = /^Tests: (?<tests>\d{1,7}), /;
const NONE = 'No tests executed!';
const UNREAD = /^Could not read "/;
const FRAME = /^(?<path>[^\s:][^:]{0,400}\.(?:php|phpt|inc)):(?<line>\d{1,7})$/;
const BLOCK_LINES_MAX = 5 * CONTINUATION_LINES_MAX;

type Open = { id: string; outcome: 'failed' | 'errored'; logLine: number; lines: string[] };
type Totals = { errors: number; failures: number };

/** Sections of numbered tests, then the totals. Only the sections of errors and failures hold findings. */
export function createPhpunitParser(collector: LogCollector): LogParser {
  let version: string | undefined;
  let section: string | undefined;
  let number = 0;
  let open: Open | undefined;
  let parsed: Totals = { errors: 0, failures: 0 };
  let isSeen = false;

  const closeTest = () => {
    if (open === undefined) return;
    collector.add(toDraft(open, collector));
    parsed[open.outcome === 'errored' ? 'errors' : 'failures'] += 1;
    open = undefined;
  };

  const closeRun = (claimed: Record<string, number> | undefined, note?: string) => {
    closeTest();
    collector.closeRun({
      completeness: claimed === undefined ? 'partial' : 'complete',
      version,
      claimed,
      parsed: claimed?.tests === 0 ? { ...parsed, tests: 0 } : parsed,
      note: claimed?.tests === 0 ? 'no test ran' : note,
    });
    version = undefined;
    section = undefined;
    parsed = { errors: 0, failures: 0 };
    isSeen = false;
  };

  const readTest = (line: LogLine): LineVerdict => {
    const test = TEST.exec(line.head)?.groups;
    // Counting keeps a list in the words of a failure from being taken for the next one.
    if (section !== undefined && test?.id !== undefined && Number(test.number) === number + 1) {
      closeTest();
      number += 1;
      const outcome = section.startsWith('error')
        ? 'errored'
        : section.startsWith('failure')
          ? 'failed'
          : undefined;
      if (outcome !== undefined) open = { id: test.id, outcome, logLine: line.number, lines: [] };
      return 'reading';
    }
    if (open !== undefined && open.lines.length < BLOCK_LINES_MAX) open.lines.push(line.text);
    return section === undefined ? 'ignored' : 'reading';
  };

  const readTotals = (line: LogLine): Record<string, number> | undefined => {
    const tests = (PASSED.exec(line.head) ?? TOTALS.exec(line.head))?.groups?.tests;
    if (line.head === NONE) return { tests: 0 };
    if (tests === undefined) return undefined;
    const count = (word: string) => Number(new RegExp(`, ${word}: (\\d{1,7})`).exec(line.head)?.[1] ?? 0);
    return { tests: Number(tests), errors: count('Errors'), failures: count('Failures') };
  };

  return {
    line: (line) => {
      const banner = BANNER.exec(line.head)?.groups?.version;
      if (banner !== undefined) {
        if (isSeen) closeRun(undefined, 'PHPUnit stopped before its totals');
        version = banner;
        isSeen = true;
        return 'taken';
      }
      const what = SECTION.exec(line.head)?.groups?.what;
      if (what !== undefined) {
        closeTest();
        section = what;
        number = 0;
        isSeen = true;
        return 'reading';
      }
      const claimed = isSeen ? readTotals(line) : undefined;
      if (claimed !== undefined) {
        closeRun(claimed);
        return 'taken';
      }
      if (UNREAD.test(line.head)) {
        reportToolFault(collector, { text: line.text, logLine: line.number, version });
        isSeen = false;
        return 'taken';
      }
      if (line.head === '--') {
        closeTest();
        section = undefined;
        return 'taken';
      }
      return readTest(line);
    },
    end: () => {
      if (isSeen) closeRun(undefined, 'PHPUnit stopped before its totals');
    },
  };
}

/** `CartTest::testHolds with data set "two" (2)`. */
function toDraft({ id, outcome, logLine, lines }: Open, { resolve }: LogCollector): FindingDraft {
  const [suite = '', ...rest] = id.split('::');
  const name = rest.length === 0 ? suite : rest.join('::');
  const frames = lines.map((line) => FRAME.exec(line.slice(0, 1000))?.groups);
  const places = frames.map((frame) => toPlace(frame)).filter((place) => place !== undefined);
  const isOwn = ({ path }: StatedPlace) =>
    path !== undefined && !path.includes('/vendor/') && resolve(path).path !== undefined;
  const end = lines.findIndex((line) => /^(?:ERRORS|FAILURES|WARNINGS)!$/.test(line));
  const text = lines
    .slice(0, end < 0 ? lines.length : end)
    .join('\n')
    .trim();
  return {
    kind: outcome === 'errored' ? 'test_error' : 'test_failure',
    severity: TEST_SEVERITY[outcome],
    level: 'error',
    text: text === '' ? `${name} ${outcome}` : text,
    place: places.find(isOwn) ?? places[0],
    test: { suite, name, outcome },
    logLine,
  };
}

function toPlace(frame: Record<string, string | undefined> | undefined): StatedPlace | undefined {
  return frame?.path === undefined ? undefined : { path: frame.path, region: { line: Number(frame.line) } };
}
