import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { resultToDraft } from './test-result.ts';
import { createTotalsReader } from './totals.ts';

const BEGUN = /^Test run for (?<path>[^\n]{1,500}?)(?: \([^()]{1,100}\))?$/;
const RESULT =
  /^ {2}(?<outcome>Failed|Passed|Skipped) (?<name>\S.{0,600}?)(?: \[(?<duration>[^\]]{1,40})\])?$/;
const SECTION =
  /^ {2}(?<title>Error Message|Stack Trace|Standard (?:Output|Error) Messages|Debug Trace Messages):$/;
const NO_TEST = /^No test (?:is available in|matches the given) /;
const ABORTED = /^The active test run was aborted\. Reason: (?<reason>.*)$/;
const FAULT = /^The test source file "/;

type Section = 'message' | 'trace' | 'output';
type Open = { name: string; durationMs: number | undefined; logLine: number; section?: Section } & Record<
  Section,
  string[]
>;

/** A failed test goes on with its message, its trace and what it printed; the totals close the run of one assembly. */
export function createDotnetTestParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let failed = 0;
  /** Assemblies may be tested side by side: how many have begun and not ended. */
  let begun = 0;
  const totals = createTotalsReader();

  const closeTest = () => {
    if (open === undefined) return;
    const { name, durationMs, logLine, message, trace, output } = open;
    collector.add(
      resultToDraft(
        {
          name,
          outcome: 'failed',
          durationMs,
          message: message.join('\n'),
          trace,
          output: output.join('\n'),
          logLine,
        },
        collector,
      ),
    );
    failed++;
    open = undefined;
  };

  /** What is more than this assembly claims belongs to another one. */
  const endAssembly = (claimedFailed: number) => {
    failed = Math.max(0, failed - claimedFailed);
    begun = Math.max(0, begun - 1);
    totals.reset();
  };

  const closeRun = (claimed: { tests: number; failed: number }) => {
    closeTest();
    collector.closeRun({
      completeness: 'complete',
      claimed,
      parsed: { failed },
      note: claimed.tests === 0 ? 'no test ran' : undefined,
    });
    endAssembly(claimed.failed);
  };

  const readResult = (line: LogLine): LineVerdict | undefined => {
    const groups = RESULT.exec(line.head)?.groups;
    // Without its time, only inside of a run: other tools indent such words too.
    if (groups === undefined || (begun === 0 && groups.duration === undefined)) return undefined;
    closeTest();
    if (groups.outcome !== 'Failed') return 'taken';
    const durationMs = toMilliseconds(groups.duration ?? '');
    open = { name: groups.name ?? '', durationMs, logLine: line.number, message: [], trace: [], output: [] };
    return 'reading';
  };

  const readOpen = (test: Open, line: LogLine): LineVerdict => {
    const title = SECTION.exec(line.head)?.groups?.title;
    if (title !== undefined)
      test.section = title === 'Error Message' ? 'message' : title === 'Stack Trace' ? 'trace' : 'output';
    else if (test.section === undefined || (line.head.trim() === '' && test.section !== 'message')) {
      closeTest();
      return 'watching';
    } else if (test[test.section].length < CONTINUATION_LINES_MAX)
      test[test.section].push(line.text.replace(/^ {1,3}/, ''));
    return 'reading';
  };

  const readEnd = (line: LogLine): LineVerdict | undefined => {
    const claimed = totals.line(line.head, begun > 0);
    if (claimed !== undefined) {
      if (claimed !== 'more') closeRun(claimed);
      return claimed === 'more' ? 'reading' : 'taken';
    }
    const reason = ABORTED.exec(line.head)?.groups?.reason;
    if (reason !== undefined) {
      closeTest();
      collector.add({ kind: 'crash', severity: 'high', level: 'error', text: reason, logLine: line.number });
      collector.closeRun({ completeness: 'failed', note: reason });
      endAssembly(failed);
      return 'taken';
    }
    if (FAULT.test(line.head)) {
      reportToolFault(collector, { text: line.text, logLine: line.number });
      endAssembly(failed);
      return 'taken';
    }
    if (!NO_TEST.test(line.head)) return undefined;
    closeRun({ tests: 0, failed: 0 });
    return 'taken';
  };

  return {
    line: (line) => {
      const ended = readEnd(line);
      if (ended !== undefined) return ended;
      if (BEGUN.test(line.head)) {
        closeTest();
        begun++;
        return 'taken';
      }
      return readResult(line) ?? (open === undefined ? 'ignored' : readOpen(open, line));
    },
    end: () => {
      closeTest();
      if (begun > 0 || failed > 0) {
        collector.closeRun({
          completeness: 'partial',
          parsed: { failed },
          note: 'the log ends before the totals',
        });
      }
    },
  };
}

/** `5 ms`, `1 s`, `1 m 2 s`, `< 1 ms`. */
function toMilliseconds(duration: string): number | undefined {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const parts = [...duration.matchAll(/(\d{1,9}(?:\.\d{1,9})?) (ms|[hms])\b/g)];
  if (parts.length === 0) return undefined;
  return Math.round(parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0)); // Both are in each match.
}
