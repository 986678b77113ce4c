import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { ISSUES_MAX, type TestIssue, toMilliseconds, toTestDraft } from '../test-draft.ts';
import { createSourceFiles } from './source-files.ts';

const BEGUN = /^.{1,2} Test run started\.$/;
const VERSION = /^↳ Testing Library Version: (?<version>\S{1,50})/;
const ISSUE =
  /^.{1,2} Test (?<name>\S[^\n]{0,300}?) recorded (?<what>an issue|a known issue|a warning)(?: with \d{1,3} arguments? (?<arguments>[^\n]{1,500}?))? at (?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<col>\d{1,7}): (?<message>.*)$/;
const COMMENT = /^↳ (?<comment>.*)$/;
const ENDED =
  /^.{1,2} Test (?<name>\S[^\n]{0,300}?) (?:(?<event>passed|failed) after (?<seconds>\d{1,7}\.\d{1,6}) seconds|skipped)\b/;
const OVER =
  /^.{1,2} Test run with (?<tests>\d{1,7}) tests?(?: in \d{1,7} suites?)? (?:passed|failed) after \S{1,20} seconds(?: with (?<issues>\d{1,7}) issues?(?: \(including (?<known>\d{1,7}) known issues?\))?)?/;

/** Tests run side by side, so the issues of one are gathered by its name. */
type Run = { version?: string; tests: number; issues: number; open: Map<string, TestIssue[]> };

/** Tests whose issues are gathered at one time. */
const TESTS_MAX = 1000;

export function createSwiftTestingParser(collector: LogCollector): LogParser {
  let run: Run | undefined;
  let last: TestIssue | undefined;
  const files = createSourceFiles(collector.resolve);

  const current = (): Run => (run ??= { tests: 0, issues: 0, open: new Map() });

  const close = (groups: Record<string, string | undefined> | undefined, logLine: number) => {
    last = undefined;
    if (run === undefined) return;
    // Tests that never ended: the process died in the middle of them.
    for (const [name, issues] of run.open)
      collector.add(toTestDraft({ name: unquote(name) }, issues, logLine));
    const { version, tests, issues } = run;
    const claimed = groups && {
      tests: Number(groups.tests),
      issues: Number(groups.issues ?? 0) - Number(groups.known ?? 0),
    };
    collector.closeRun({
      version,
      claimed,
      parsed: { tests, issues },
      ...(claimed === undefined
        ? { completeness: 'partial', note: 'the log ends before the totals' }
        : { completeness: 'complete', note: claimed.tests === 0 ? 'no test ran' : undefined }),
    });
    run = undefined;
  };

  const readIssue = (line: LogLine): boolean => {
    const groups = ISSUE.exec(line.head)?.groups;
    if (groups === undefined) return false;
    const { name = '', what, file = '', message = '', arguments: given } = groups;
    last = {
      message: given === undefined ? message : `${message} (${given})`,
      place: { path: files.find(file), region: { line: Number(groups.line), col: Number(groups.col) } },
      outcome: message.startsWith('Caught error: ') ? 'errored' : 'failed',
      detail: [],
      logLine: line.number,
    };
    if (what === 'an issue') addIssue(current(), name, last);
    return true;
  };

  const readEnd = (line: LogLine): boolean => {
    const groups = ENDED.exec(line.head)?.groups;
    if (groups === undefined) return false;
    const { name = '', seconds } = groups;
    const { open } = current();
    const issues = open.get(name) ?? [];
    current().tests++;
    open.delete(name);
    if (groups.event === 'failed') {
      collector.add(
        toTestDraft({ name: unquote(name), durationMs: toMilliseconds(seconds) }, issues, line.number),
      );
    }
    last = undefined;
    return true;
  };

  return {
    line: (line): LineVerdict => {
      if (files.line(line.head)) return 'ignored';
      if (BEGUN.test(line.head)) {
        close(undefined, line.number);
        current();
        return 'reading';
      }
      const over = OVER.exec(line.head)?.groups;
      if (over !== undefined) {
        current();
        close(over, line.number);
        return 'taken';
      }
      if (run === undefined) return 'ignored';
      const version = VERSION.exec(line.head)?.groups?.version;
      const comment = COMMENT.exec(line.head)?.groups?.comment;
      if (version !== undefined) run.version = version;
      else if (comment !== undefined) addComment(last, comment);
      else if (!readIssue(line) && !readEnd(line)) return line.head.startsWith('◇ ') ? 'reading' : 'watching';
      return 'reading';
    },
    end: () => close(undefined, 1),
  };
}

function addIssue(run: Run, name: string, issue: TestIssue): void {
  run.issues++;
  const issues = run.open.get(name);
  if (issues !== undefined && issues.length < ISSUES_MAX) issues.push(issue);
  else if (issues === undefined && run.open.size < TESTS_MAX) run.open.set(name, [issue]);
}

function addComment(issue: TestIssue | undefined, comment: string): void {
  if (issue !== undefined && issue.detail.length < CONTINUATION_LINES_MAX) issue.detail.push(comment);
}

/** A test with a name of its own is shown by it, in quotes. */
function unquote(name: string): string {
  return name.replace(/^"(?<inner>.{1,300})"$/, '$<inner>');
}
