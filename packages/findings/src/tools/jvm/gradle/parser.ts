import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { findJvmFrame } from '../frames.ts';
import { shortFrame } from './short-frame.ts';

const TEST = /^(?<suite>[^>]{1,300}) > (?<name>.{1,600}) FAILED$/;
const TASK = /^(?:> Task )?(?<task>:\S{1,300}) FAILED$/;
const COMPLETED =
  /^(?<tests>\d{1,7}) tests? completed, (?<failures>\d{1,7}) failed(?:, (?<skipped>\d{1,7}) skipped)?$/;
const END = /^BUILD (?<verdict>FAILED|SUCCESSFUL) in \d/;
const WHERE =
  /^(?:Build|Settings|Initialization|Script) (?:file|script) '(?<path>[^']{1,400})' line: (?<line>\d{1,7})$/;
/** Their findings are told by the tool that ran below. */
const TOLD_ELSEWHERE =
  /^> (?:Compilation failed|There were failing tests|Compilation error|Checkstyle rule violations|Analysis failed|A failure occurred while executing)/;

type OpenTest = { suite: string; name: string; logLine: number; lines: string[] };
type OpenFault = { logLine: number; lines: string[]; place?: FindingDraft['place'] };

export function createGradleParser(collector: LogCollector): LogParser {
  let test: OpenTest | undefined;
  let fault: OpenFault | undefined;
  let where: FindingDraft['place'];
  let isWhere = false;
  let failures = 0;
  let claimed: Record<string, number> | undefined;
  let failedTasks: string[] = [];
  let isStopped = false;

  const closeTest = () => {
    if (test === undefined) return;
    collector.add(testToDraft(test, collector));
    test = undefined;
    failures += 1;
  };

  const closeFault = () => {
    if (fault === undefined) return;
    const { lines, logLine, place } = fault;
    fault = undefined;
    where = undefined;
    if (lines.some((line) => TOLD_ELSEWHERE.test(line.slice(0, 200)))) return;
    isStopped = true;
    collector.add({
      kind: place === undefined ? 'tool_error' : 'config_error',
      severity: 'high',
      level: 'error',
      text: lines.join('\n'),
      place,
      logLine,
    });
  };

  const finish = (verdict: string) => {
    closeTest();
    closeFault();
    const note = failedTasks.length === 0 ? undefined : `failed tasks: ${failedTasks.join(', ')}`;
    const isWhole = verdict === 'SUCCESSFUL' || (claimed !== undefined && !isStopped);
    collector.closeRun({
      completeness: isWhole ? 'complete' : isStopped ? 'failed' : 'partial',
      claimed,
      parsed: claimed === undefined ? undefined : { failures },
      note: note ?? (isStopped ? 'the build itself failed' : undefined),
    });
    failures = 0;
    claimed = undefined;
    failedTasks = [];
    isStopped = false;
  };

  const readOther = (line: LogLine): LineVerdict => {
    if (isWhere) {
      isWhere = false;
      const groups = WHERE.exec(line.head)?.groups;
      if (groups !== undefined) where = { path: groups.path, region: { line: Number(groups.line) } };
      return 'taken';
    }
    if (fault !== undefined) {
      if (line.head === '' || line.head.startsWith('* ') || fault.lines.length >= CONTINUATION_LINES_MAX) {
        closeFault();
        return 'ignored';
      }
      fault.lines.push(line.text);
      return 'reading';
    }
    if (test === undefined) return 'ignored';
    if (/^ {4}/.test(line.head) && test.lines.length < 5 * CONTINUATION_LINES_MAX) {
      test.lines.push(line.text.slice(4));
      return 'reading';
    }
    closeTest();
    return 'ignored';
  };

  return {
    line: (line) => {
      const verdict = END.exec(line.head)?.groups?.verdict;
      if (verdict !== undefined) {
        finish(verdict);
        return 'taken';
      }
      const completed = COMPLETED.exec(line.head)?.groups;
      if (completed !== undefined) {
        closeTest();
        claimed = {
          tests: (claimed?.tests ?? 0) + Number(completed.tests),
          failures: (claimed?.failures ?? 0) + Number(completed.failures),
        };
        return 'taken';
      }
      const failed = TEST.exec(line.head)?.groups;
      const task = TASK.exec(line.head)?.groups?.task;
      if (task !== undefined) {
        closeTest();
        if (failedTasks.length < CONTINUATION_LINES_MAX) failedTasks.push(task);
        return 'taken';
      }
      if (failed?.suite !== undefined && failed.name !== undefined) {
        closeTest();
        test = { suite: failed.suite, name: failed.name, logLine: line.number, lines: [] };
        return 'reading';
      }
      if (line.head === '* Where:' || line.head === '* What went wrong:') {
        closeFault();
        isWhere = line.head === '* Where:';
        if (!isWhere) fault = { logLine: line.number, lines: [], place: where };
        return 'reading';
      }
      return readOther(line);
    },
    end: () => {
      closeTest();
      const isSeen = fault !== undefined || claimed !== undefined || failures > 0 || failedTasks.length > 0;
      fault = undefined; // What went wrong was cut off in the middle.
      if (isSeen || isStopped) {
        collector.closeRun({
          completeness: 'partial',
          parsed: { failures },
          note: 'the log ends before the build',
        });
      }
    },
  };
}

function testToDraft({ suite, name, logLine, lines }: OpenTest, { resolve }: LogCollector): FindingDraft {
  const short = shortFrame(lines[0] ?? '', suite, resolve);
  return {
    kind: 'test_failure',
    severity: TEST_SEVERITY.failed,
    level: 'error',
    text: short?.message ?? (lines.length === 0 ? `${name} failed` : lines.join('\n')),
    detail: short === undefined ? undefined : lines.slice(1).join('\n'),
    place: findJvmFrame(lines, resolve) ?? short?.place,
    test: { suite, name, outcome: 'failed' },
    logLine,
  };
}
