import type { FindingDraft } from '../../../core/finding-collector.ts';
import { DETAIL_CHARS_MAX, FINDINGS_PER_TOOL_MAX } from '../../../core/limits.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { readXml, type XmlAttributes } from '../../../engine/read-xml.ts';
import { resultToDraft, type TestResult } from './test-result.ts';

/** What counts as failed, in the words of the format. */
const OUTCOMES: Record<string, TestResult['outcome']> = {
  Failed: 'failed',
  Error: 'errored',
  Timeout: 'errored',
  Aborted: 'errored',
};
const TEXTS = new Set(['Message', 'StackTrace', 'StdOut', 'StdErr', 'Text']);

type Texts = Map<string, string>;
type Result = {
  testId: string;
  name: string;
  outcome: string;
  durationMs: number | undefined;
  texts: Texts;
  inner: number;
};

/** The classes of the tests stand in definitions behind the results, so failed results wait for them. */
export function parseTrx(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('dotnet-test');
  const results: Result[] = [];
  const failed: Result[] = [];
  const classes = new Map<string, string>();
  const parsed = { tests: 0, failed: 0 };
  let claimed: Record<string, number> | undefined;
  let definition = '';
  let runInfo: { isError: boolean; text: string } | undefined;
  const faults: string[] = [];
  let collecting: string | undefined;
  let text = '';

  const closeResult = () => {
    const result = results.pop();
    // A test with inner results, one for each row of its data, only sums them up.
    if (result === undefined || result.inner > 0) return;
    parsed.tests++;
    if (!Object.hasOwn(OUTCOMES, result.outcome)) return;
    parsed.failed++;
    if (failed.length < FINDINGS_PER_TOOL_MAX) failed.push(result);
  };

  const verdict = readXml(file.bytes, {
    open: (name, attributes) => {
      if (name === 'UnitTestResult') {
        const parent = results.at(-1);
        if (parent !== undefined) parent.inner++;
        results.push(openResult(attributes));
      } else if (name === 'UnitTest') definition = attributes('id') ?? '';
      else if (name === 'TestMethod') classes.set(definition, classOf(attributes('className') ?? ''));
      else if (name === 'Counters') claimed = readCounters(attributes);
      else if (name === 'RunInfo') runInfo = { isError: attributes('outcome') === 'Error', text: '' };
      else if (TEXTS.has(name)) {
        collecting = name;
        text = '';
      }
    },
    text: (part) => {
      if (collecting !== undefined && text.length < DETAIL_CHARS_MAX) text += part;
    },
    close: (name) => {
      if (name === collecting) {
        results.at(-1)?.texts.set(name, text);
        if (runInfo !== undefined) runInfo.text = text;
        collecting = undefined;
      } else if (name === 'UnitTestResult') closeResult();
      else if (name === 'RunInfo') {
        if (runInfo?.isError) faults.push(runInfo.text);
        runInfo = undefined;
      }
    },
  });

  for (const result of failed)
    collector.add(resultToDraft(toTestResult(result, classes.get(result.testId)), collector));
  for (const fault of faults) collector.add(faultToDraft(fault));
  reader.close(collector, { claimed, parsed, ...judge(verdict.problem?.note, faults, parsed.tests) });
}

function judge(problem: string | undefined, faults: readonly string[], tests: number) {
  if (problem !== undefined)
    return { completeness: tests === 0 ? 'failed' : 'partial', note: problem } as const;
  if (faults.length > 0) return { completeness: 'partial', note: faults[0] } as const;
  return { completeness: 'complete', note: tests === 0 ? 'no test ran' : undefined } as const;
}

/** The console says the same of a process that died. */
function faultToDraft(fault: string): FindingDraft {
  const reason = /^The active test run was aborted\. Reason: (?<reason>.*)/s.exec(fault)?.groups?.reason;
  const kind = reason === undefined ? 'tool_error' : 'crash';
  return { kind, severity: 'high', level: 'error', text: reason ?? fault };
}

function openResult(attributes: XmlAttributes): Result {
  return {
    testId: attributes('testId') ?? '',
    name: attributes('testName') ?? '',
    outcome: attributes('outcome') ?? '',
    durationMs: toMilliseconds(attributes('duration')),
    texts: new Map(),
    inner: 0,
  };
}

function toTestResult({ name, outcome, durationMs, texts }: Result, suite: string | undefined): TestResult {
  const output = [texts.get('StdOut'), texts.get('StdErr')].filter((part) => part !== undefined).join('\n');
  return {
    name,
    suite,
    outcome: OUTCOMES[outcome] ?? 'failed',
    durationMs,
    message: texts.get('Message') ?? '',
    trace: (texts.get('StackTrace') ?? '').split(/\r?\n/).filter((line) => line !== ''),
    output,
  };
}

/** MSTest writes `Shop.CartTests, Shop.Tests, Version=1.0.0.0, …`. */
function classOf(stated: string): string {
  return stated.replace(/,.*$/s, '');
}

function readCounters(attributes: XmlAttributes): Record<string, number> {
  const count = (name: string) => Number(/^\d{1,9}$/.exec(attributes(name) ?? '')?.[0] ?? 0);
  return {
    tests: count('total'),
    failed: count('failed') + count('error') + count('timeout') + count('aborted'),
  };
}

/** `00:00:01.2345678`. */
function toMilliseconds(duration: string | undefined): number | undefined {
  const groups = /^(?<h>\d{1,4}):(?<m>\d\d):(?<s>\d\d(?:\.\d{1,9})?)$/.exec(duration ?? '')?.groups;
  if (groups === undefined) return undefined;
  return Math.round(((Number(groups.h) * 60 + Number(groups.m)) * 60 + Number(groups.s)) * 1000);
}
