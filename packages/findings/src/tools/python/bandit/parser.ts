import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { createMissingCheck, reportMissingTool } from '../missing-tool.ts';
import { type BanditIssue, issueToDraft, judgeSkipped, skippedToDraft } from './issue.ts';

const isMissing = createMissingCheck('bandit');

const STARTED = /^Run started:\d{4}-/;
const ISSUE = /^>> Issue: \[(?<rule>B\d{3}):(?<name>\w{1,100})\] (?<message>.*)$/;
const SEVERITY = /^ {3}Severity: (?<severity>\w{1,20}) {1,10}Confidence: (?<confidence>\w{1,20})$/;
const CWE = /^ {3}CWE: CWE-(?<cwe>\d{1,7})\b/;
const MORE = /^ {3}More Info: (?<url>\S{1,500})$/;
const PLACE = /^ {3}Location: (?<path>[^\t]{1,1000}):(?<line>\d{1,7}):(?<col>\d{1,7})$/;
const CUSTOM =
  /^(?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7}): (?<rule>B\d{3})\[bandit\]: (?<severity>[A-Z]{3,9}): (?<message>.*)$/;
const BY_SEVERITY = '\tTotal issues (by severity):';
const TOTAL = /^\t\t(?<severity>Undefined|Low|Medium|High): (?<count>\d{1,9})$/;
const SKIPPED = /^Files skipped \((?<count>\d{1,9})\):$/;
const SKIPPED_FILE = /^\t(?<path>[^\t]{1,1000}) \((?<reason>[^()]{1,300})\)$/;
const FAULT = /^\[main\]\tERROR\t(?<text>.*)$/;

type Run = {
  issues: Map<string, number>;
  totals: Map<string, number>;
  skippedLeft?: number;
  skipped: number;
};

/** Issues, then totals, then the files that were skipped, whose number ends the output. */
export function createBanditParser(collector: LogCollector): LogParser {
  let run: Run | undefined;
  let open: BanditIssue | undefined;
  let code: string[] = [];
  let isInTotals = false;

  const current = (): Run => (run ??= { issues: new Map(), totals: new Map(), skipped: 0 });

  const closeIssue = () => {
    if (open !== undefined) collector.add(issueToDraft({ ...open, code: code.join('\n') }));
    open = undefined;
    code = [];
  };

  const closeRun = () => {
    closeIssue();
    if (run === undefined) return;
    const { totals, issues, skipped, skippedLeft } = run;
    const counts = { claimed: claimsOf(totals, issues), parsed: { issues: sum(issues.values()) } };
    const isWhole = skippedLeft === 0;
    collector.closeRun(
      isWhole
        ? { ...counts, ...judgeSkipped(skipped) }
        : {
            parsed: counts.parsed,
            completeness: 'partial',
            note: 'the log ends before the end of the output',
          },
    );
    run = undefined;
    isInTotals = false;
  };

  const openIssue = (line: LogLine, groups: Groups): LineVerdict => {
    closeIssue();
    open = { ...readHead(groups), severity: '', path: '', region: {}, logLine: line.number };
    return 'reading';
  };

  const readIssueLine = (issue: BanditIssue, line: LogLine): LineVerdict => {
    if (addField(issue, line.head)) {
      if (issue.severity !== '' && SEVERITY.test(line.head)) countIn(current().issues, issue.severity);
    } else if (/^\d{1,7}\t/.test(line.head) && code.length < CONTINUATION_LINES_MAX) code.push(line.text);
    else {
      closeIssue();
      return 'watching';
    }
    return 'reading';
  };

  const readEnd = (line: LogLine): LineVerdict => {
    const skipped = SKIPPED.exec(line.head)?.groups?.count;
    const total = isInTotals ? TOTAL.exec(line.head)?.groups : undefined;
    if (skipped !== undefined) {
      current().skippedLeft = Number(skipped);
      current().skipped = Number(skipped);
      if (skipped === '0') closeRun();
      return skipped === '0' ? 'taken' : 'reading';
    }
    isInTotals = line.head === BY_SEVERITY || total !== undefined;
    if (total !== undefined) current().totals.set((total.severity ?? '').toUpperCase(), Number(total.count));
    return 'watching';
  };

  const readSkipped = (line: LogLine, { skippedLeft = 0 }: Run): LineVerdict => {
    const file = SKIPPED_FILE.exec(line.head)?.groups;
    if (file === undefined) {
      closeRun();
      return 'ignored';
    }
    collector.add(skippedToDraft(file.path ?? '', file.reason ?? '', line.number));
    current().skippedLeft = skippedLeft - 1;
    if (skippedLeft > 1) return 'reading';
    closeRun();
    return 'taken';
  };

  return {
    line: (line) => {
      if (isMissing(line.head)) {
        reportMissingTool(collector, line);
        return 'taken';
      }
      const fault = FAULT.exec(line.head)?.groups?.text;
      if (fault !== undefined) {
        closeRun();
        reportToolFault(collector, { text: fault, logLine: line.number });
        return 'taken';
      }
      if (STARTED.test(line.head)) {
        closeRun();
        current();
        return 'reading';
      }
      const custom = CUSTOM.exec(line.head)?.groups;
      if (custom !== undefined) {
        collector.add(issueToDraft({ ...readCustom(custom), logLine: line.number }));
        return 'taken';
      }
      const head = ISSUE.exec(line.head)?.groups;
      if (head !== undefined) return openIssue(line, head);
      if (open !== undefined) return readIssueLine(open, line);
      if (run?.skippedLeft !== undefined) return readSkipped(line, run);
      return run === undefined && line.head !== 'Run metrics:' ? 'ignored' : readEnd(line);
    },
    end: closeRun,
  };
}

/**
 * The totals count what `-l` left out of the list. A severity of which nothing is listed was left out, or has a total of 0:
 * only the others can be compared.
 */
function claimsOf(totals: Map<string, number>, issues: Map<string, number>) {
  return { issues: sum([...totals].filter(([severity]) => issues.has(severity)).map(([, count]) => count)) };
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((all, count) => all + count, 0);
}

function countIn(counts: Map<string, number>, severity: string): void {
  const key = severity.toUpperCase();
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

type Groups = Record<string, string | undefined>;

function readHead({ rule = '', name, message = '' }: Groups) {
  return { rule, name, message };
}

function readCustom({ rule = '', message = '', severity = '', path = '', line }: Groups): BanditIssue {
  return { rule, message, severity, path, region: { line: Number(line) } };
}

function addField(issue: BanditIssue, line: string): boolean {
  const severity = SEVERITY.exec(line)?.groups;
  const place = PLACE.exec(line)?.groups;
  const cwe = CWE.exec(line)?.groups?.cwe;
  const url = MORE.exec(line)?.groups?.url;
  if (severity !== undefined) {
    issue.severity = severity.severity ?? '';
    issue.confidence = severity.confidence;
  } else if (place !== undefined) {
    issue.path = place.path ?? '';
    // Bandit counts columns from 0.
    issue.region = { line: Number(place.line), col: Number(place.col) + 1 };
  } else if (cwe !== undefined) issue.cwe = Number(cwe);
  else if (url !== undefined) issue.url = url;
  else return false;
  return true;
}
