import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import { COMPILER_SEVERITY, LINTER_SEVERITY, TEST_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { findJvmFrame } from '../frames.ts';
import {
  type FailedTest,
  type MavenDiagnostic,
  readFailedTest,
  readFault,
  readMavenDiagnostic,
  readTestTotal,
} from './lines.ts';

const COUNT = /^\[INFO\] (?<count>\d{1,7}) (?<what>error|warning)s? ?$/;
const SKIPPED = /^\[INFO\] \S.{0,200} \.{2,100} SKIPPED/;
const HELP = /^\[ERROR\] \[Help 1\] /;
const POM =
  /^Non-parseable POM (?<path>[^:]{1,400}): .{0,2000} @ line (?<line>\d{1,7}), column (?<col>\d{1,7})/;
const TEST_LINES_MAX = 5 * CONTINUATION_LINES_MAX;

type Open = { draft: FindingDraft; lines: string[]; test?: FailedTest };
type Totals = { errors: number; warnings: number; failures: number; skippedModules: number };

const noTotals = (): Totals => ({ errors: 0, warnings: 0, failures: 0, skippedModules: 0 });

/** What failed is told where it happens and again after `BUILD FAILURE`; the second time only the fault is news. */
export function createMavenParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let parsed = noTotals();
  let claimed: Record<string, number> = {};
  let isSeen = false;
  let isRepeating = false;
  let hasFault = false;

  const close = () => {
    if (open === undefined) return;
    const { draft, lines, test } = open;
    open = undefined;
    if (test === undefined) collector.add({ ...draft, detail: lines.join('\n') });
    else collector.add({ ...draft, ...tellTest(test, lines, collector) });
  };

  const closeRun = (isEnded: boolean) => {
    close();
    const { skippedModules, ...counted } = parsed;
    const notes = [
      ...(hasFault ? ['the build itself failed'] : []),
      ...(counted.errors > 0 ? ['what comes after the failed compilation was not looked at'] : []),
      ...(skippedModules > 0 ? [`modules skipped: ${skippedModules}`] : []),
      ...(isEnded ? [] : ['the log ends before the build']),
      ...(claimed.tests === 0 ? ['no test ran'] : []),
    ];
    const isPartial = counted.errors > 0 || skippedModules > 0 || !isEnded;
    collector.closeRun({
      completeness: hasFault ? 'failed' : isPartial ? 'partial' : 'complete',
      claimed,
      parsed: claimed.tests === 0 ? { ...counted, tests: 0 } : counted,
      note: notes.length === 0 ? undefined : notes.join('; '),
    });
    parsed = noTotals();
    claimed = {};
    isSeen = false;
    isRepeating = false;
    hasFault = false;
  };

  const claim = (what: string, count: number) => {
    claimed = { ...claimed, [what]: (claimed[what] ?? 0) + count };
  };

  const readEvent = (line: LogLine): boolean => {
    const count = COUNT.exec(line.head)?.groups;
    if (count?.what !== undefined) claim(`${count.what}s`, Number(count.count));
    const total = readTestTotal(line.head);
    if (total !== undefined) {
      claim('tests', total.tests);
      claim('failures', total.failures);
    }
    const isSkipped = SKIPPED.test(line.head);
    if (isSkipped) parsed.skippedModules += 1;
    return count !== undefined || total !== undefined || isSkipped;
  };

  const readProblem = (line: LogLine): boolean => {
    const diagnostic = readMavenDiagnostic(line.head);
    const test = readFailedTest(line.head);
    const fault = readFault(line.head);
    if (diagnostic !== undefined) {
      close();
      if (!isRepeating) {
        if (!diagnostic.isLint) parsed[diagnostic.level === 'error' ? 'errors' : 'warnings'] += 1;
        open = { draft: diagnosticToDraft(diagnostic, line), lines: [] };
      }
    } else if (test !== undefined) {
      close();
      parsed.failures += 1;
      open = { draft: testToDraft(test, line), lines: [], test };
    } else if (fault !== undefined) {
      close();
      hasFault = true;
      collector.add(faultToDraft(fault, line));
    }
    if (line.head.startsWith('[ERROR] Failed to execute goal ')) isRepeating = true;
    return diagnostic !== undefined || test !== undefined || fault !== undefined;
  };

  const readOther = (line: LogLine): LineVerdict => {
    if (/^\[(?:INFO|ERROR|WARN|WARNING|FATAL)\] /.test(line.head) || line.head.startsWith('[INFO]')) {
      close();
      // `[ERROR]` is in many logs; without any other sign of Maven the line is not ours.
      return isSeen && !line.head.startsWith('[INFO]') ? 'taken' : 'ignored';
    }
    if (open === undefined) return 'ignored';
    const isMine = open.test === undefined ? /^\s+\S/.test(line.head) : line.head !== '';
    const max = open.test === undefined ? CONTINUATION_LINES_MAX : TEST_LINES_MAX;
    if (!isMine || open.lines.length >= max) {
      close();
      return 'ignored';
    }
    open.lines.push(line.text);
    return 'reading';
  };

  return {
    line: (line) => {
      if (line.head.startsWith('[INFO] Scanning for projects')) {
        if (isSeen) closeRun(false);
        isSeen = true;
        return 'taken';
      }
      if (line.head.startsWith('[INFO] BUILD FAILURE')) {
        close();
        isRepeating = true;
        isSeen = true;
        return 'taken';
      }
      if (line.head.startsWith('[INFO] BUILD SUCCESS') || (isSeen && HELP.test(line.head))) {
        closeRun(true);
        return 'taken';
      }
      if (readEvent(line)) {
        close();
        isSeen = true;
        return 'taken';
      }
      if (!readProblem(line)) return readOther(line);
      isSeen = true;
      return open === undefined ? 'taken' : 'reading';
    },
    end: () => {
      close();
      if (isSeen) closeRun(false);
    },
  };
}

function diagnosticToDraft(diagnostic: MavenDiagnostic, line: LogLine): FindingDraft {
  const { path, region, level, rule, isLint, message } = diagnostic;
  return {
    kind: isLint ? 'lint' : level === 'error' ? 'compile_error' : 'compile_warning',
    severity: (isLint ? LINTER_SEVERITY : COMPILER_SEVERITY)[level],
    level,
    text: message,
    place: { path, region },
    rule: { id: rule },
    rawSeverity: level,
    logLine: line.number,
  };
}

function testToDraft({ suite, name, isError, durationMs }: FailedTest, line: LogLine): FindingDraft {
  const outcome = isError ? 'errored' : 'failed';
  return {
    kind: isError ? 'test_error' : 'test_failure',
    severity: TEST_SEVERITY[outcome],
    level: 'error',
    text: `${name} ${outcome}`,
    test: { suite, name, outcome, duration_ms: durationMs },
    logLine: line.number,
  };
}

/** `org.opentest4j.AssertionFailedError: expected …`, its other lines, the trace. */
function tellTest(
  { suite, name }: FailedTest,
  lines: readonly string[],
  { resolve }: LogCollector,
): Pick<FindingDraft, 'text' | 'place'> {
  const trimmed = lines.join('\n').trim();
  // A message that starts with a line feed leaves the class of the exception alone on its line.
  const text = trimmed.replace(/^([\w.$]{1,300}:)\s{0,10}\n/, '$1 ');
  const file = `src/test/java/${suite.split('$', 1).join('').replaceAll('.', '/')}.java`;
  const place = findJvmFrame(lines, resolve) ?? (resolve(file).known ? { path: file } : undefined);
  return { text: text === '' ? `${name} failed` : text, place };
}

function faultToDraft(fault: { text: string; isProjects: boolean }, line: LogLine): FindingDraft {
  const pom = POM.exec(fault.text)?.groups;
  return {
    kind: fault.isProjects ? 'config_error' : 'tool_error',
    severity: 'high',
    level: 'error',
    text: fault.text,
    place: pom && { path: pom.path, region: { line: Number(pom.line), col: Number(pom.col) } },
    logLine: line.number,
  };
}
