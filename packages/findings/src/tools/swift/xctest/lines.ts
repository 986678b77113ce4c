// The lines of XCTest, as it prints them on Linux and on macOS.
import type { LogLine } from '../../../core/tool.ts';
import type { TestIssue } from '../test-draft.ts';

export type TestName = { suite: string; name: string };

const SUITE = /^Test Suite '(?<name>[^']{1,300})' (?<event>started|passed|failed) at /;
const CASE =
  /^Test Case '(?<name>[^']{1,400})' (?<event>started|passed|failed|skipped)(?: \((?<seconds>\d{1,7}\.\d{1,6}) seconds\)| at |\.$)/;
const FAILURE =
  /^(?<path>[^:]{1,400}):(?<line>\d{1,7}): (?:error: )?(?<name>-\[[^\]]{1,300}\]|[\w.]{1,300}) : (?<message>.*)$/;
const TOTALS =
  /^\t Executed (?<tests>\d{1,7}) tests?, with (?:\d{1,7} tests? skipped and )?(?<failures>\d{1,7}) failures? \(/;
const PROGRESS = /^\[(?<at>\d{1,7})\/(?<of>\d{1,7})\] Testing \S{1,400}$/;

export function readSuite(line: string): { name: string; event: string } | undefined {
  const groups = SUITE.exec(line)?.groups;
  return groups && { name: groups.name ?? '', event: groups.event ?? '' };
}

export function readCase(
  line: string,
): { name: TestName; event: string; seconds?: string | undefined } | undefined {
  const groups = CASE.exec(line)?.groups;
  return groups && { name: splitName(groups.name ?? ''), event: groups.event ?? '', seconds: groups.seconds };
}

/** A skip has the same shape as a failure and is no issue. */
export function readFailure({ head, number }: LogLine): { name: TestName; issue?: TestIssue } | undefined {
  const groups = FAILURE.exec(head)?.groups;
  if (groups === undefined) return undefined;
  const { path = '', message = '' } = groups;
  const name = splitName(groups.name ?? '');
  if (/^(?:Test skipped|required |XCTSkip)/.test(message)) return { name };
  if (!head.startsWith(`${path}:${groups.line}: error: `)) return undefined;
  const issue: TestIssue = {
    // Without a message of the author's own, the dash stands alone.
    message: message.replace(/ - $/, ''),
    // `<EXPR>` and `<unknown>` are no files.
    place: path.startsWith('<') ? undefined : { path, region: { line: Number(groups.line) } },
    outcome: /^(?:threw error|failed: caught error: )/.test(message) ? 'errored' : 'failed',
    detail: [],
    logLine: number,
  };
  return { name, issue };
}

export function readTotals(line: string): { tests: number; failures: number } | undefined {
  const groups = TOTALS.exec(line)?.groups;
  return groups && { tests: Number(groups.tests), failures: Number(groups.failures) };
}

/** `swift test --parallel` prints this for each test and the output of failed ones only. */
export function readProgress(line: string): { at: number; of: number } | undefined {
  const groups = PROGRESS.exec(line)?.groups;
  return groups && { at: Number(groups.at), of: Number(groups.of) };
}

/** `CartTests.testTotal`; on macOS `-[ShopTests.CartTests testTotal]`. */
function splitName(stated: string): TestName {
  const objc = /^-\[(?<suite>\S{1,300}) (?<name>[^\]]{1,300})\]$/.exec(stated)?.groups;
  if (objc !== undefined)
    return { suite: (objc.suite ?? '').replace(/^.{0,300}\./, ''), name: objc.name ?? '' };
  const dot = stated.lastIndexOf('.');
  return { suite: stated.slice(0, Math.max(dot, 0)), name: stated.slice(dot + 1) };
}
