import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { type FailedTest, failedTestToDraft } from './failed-test.ts';

const TARGET = /^ {1,8}(?:Running (?:unittests )?(?<path>\S{1,300}) \(|Doc-tests (?<crate>\S{1,200})$)/;
const BEGIN = /^running (?<count>\d{1,7}) tests?$/;
const ONE = /^test (?<name>\S.{0,1000}) \.\.\. (?<outcome>ok|FAILED|ignored)(?:,|$| \()/;
const SECTION = /^---- (?<name>\S.{0,1000}?) (?:stdout|stderr) ----$/;
const RESULT =
  /^test result: (?:ok|FAILED)\. (?<passed>\d{1,7}) passed; (?<failed>\d{1,7}) failed; (?<ignored>\d{1,7}) ignored;/;
const DIED = /^error: test failed, to rerun pass /;
const SECTION_LINES_MAX = 10 * CONTINUATION_LINES_MAX;

type Binary = {
  tests: number;
  failed: Map<string, number>;
  told: number;
  section?: FailedTest & { lines: string[] };
};

export function createCargoTestParser(collector: LogCollector): LogParser {
  let suite: string | undefined;
  let binary: Binary | undefined;

  const closeSection = (from: Binary) => {
    if (from.section === undefined) return;
    from.failed.delete(from.section.name);
    from.told += 1;
    collector.add(failedTestToDraft(from.section, collector));
    delete from.section;
  };

  const finish = (from: Binary, groups: Record<string, string | undefined>) => {
    closeSection(from);
    // With --nocapture there are no sections.
    for (const [name, logLine] of from.failed) {
      from.told += 1;
      collector.add(failedTestToDraft({ name, suite, lines: [], logLine }, collector));
    }
    const failures = Number(groups.failed);
    const tests = Number(groups.passed) + failures + Number(groups.ignored);
    // With --quiet the tests are dots.
    const parsed = { failures: from.told, tests: from.tests === 0 ? tests : from.tests };
    const note = tests === 0 ? 'no test ran' : undefined;
    collector.closeRun({ completeness: 'complete', claimed: { tests, failures }, parsed, note });
    binary = undefined;
  };

  const die = (from: Binary, line: LogLine) => {
    closeSection(from);
    const name = suite ?? 'test binary';
    collector.add({
      kind: 'crash',
      severity: TEST_SEVERITY.errored,
      level: 'error',
      text: 'the test process died before it could say its results',
      test: { name, outcome: 'errored', ...(suite === undefined ? {} : { suite }) },
      logLine: line.number,
    });
    const parsed = { tests: from.tests, failures: from.told + 1 };
    collector.closeRun({ completeness: 'partial', parsed, note: 'the test process died' });
    binary = undefined;
  };

  const readInside = (from: Binary, line: LogLine): LineVerdict => {
    const section = SECTION.exec(line.head)?.groups?.name;
    if (section !== undefined) {
      closeSection(from);
      from.section = { name: section, suite, lines: [], logLine: line.number };
    } else if (line.head === 'failures:') closeSection(from);
    else if (from.section !== undefined) {
      if (from.section.lines.length < SECTION_LINES_MAX) from.section.lines.push(line.text);
    } else {
      const one = ONE.exec(line.head)?.groups;
      if (one?.name !== undefined) {
        from.tests += 1;
        if (one.outcome === 'FAILED') from.failed.set(one.name.replace(/ - should panic$/, ''), line.number);
      }
    }
    return 'reading';
  };

  return {
    line: (line) => {
      const begin = BEGIN.exec(line.head);
      if (begin !== null && binary?.section === undefined) {
        if (binary !== undefined) die(binary, line);
        binary = { tests: 0, failed: new Map(), told: 0 };
        return 'reading';
      }
      const result = RESULT.exec(line.head)?.groups;
      if (binary !== undefined && result !== undefined) {
        finish(binary, result);
        return 'taken';
      }
      if (binary !== undefined && DIED.test(line.head)) {
        die(binary, line);
        return 'taken';
      }
      if (binary !== undefined) return readInside(binary, line);
      const target = TARGET.exec(line.head)?.groups;
      if (target === undefined) return 'ignored';
      suite = target.path ?? (target.crate === undefined ? undefined : `${target.crate} (doc)`);
      return 'taken';
    },
    end: () => {
      if (binary === undefined) return;
      closeSection(binary);
      const parsed = { tests: binary.tests, failures: binary.told + binary.failed.size };
      collector.closeRun({ completeness: 'partial', parsed, note: 'the log ends before the results' });
    },
  };
}
