// The JSON of jest, which vitest writes as well: {testResults: [{name, message, assertionResults: [test]}]}.
import type { FindingCollector } from '../../core/finding-collector.ts';
import type { ReportFile, ReportReader } from '../../core/tool.ts';
import {
  field,
  type JsonRecord,
  numberAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../engine/json-fields.ts';
import { cleanLine } from '../../engine/clean-line.ts';
import { openJsonReport } from '../../engine/json-report.ts';
import { tellSuiteFailure } from './suite-failure.ts';
import { NO_TESTS } from './test-claims.ts';
import { toTestDraft } from './test-draft.ts';

/** `{testResults: [suite`: two brackets are open around a suite, whose name comes after its tests. */
const SUITE_DEPTH = 2;

/** `separator`: what the tool's text puts between the names of suites, so that both name a test the same way. */
export function parseTestResults(
  file: ReportFile,
  reader: ReportReader,
  { tool, separator }: { tool: string; separator: string },
): void {
  const report = openJsonReport(file, reader, { tool, recordDepth: SUITE_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const parsed = { tests: 0, failures: 0 };
  for (const suite of recordsAt(root, 'testResults')) {
    const tests = recordsAt(suite, 'assertionResults');
    const failed = tests.filter((test) => stringAt(test, 'status') === 'failed');
    parsed.tests += tests.length;
    parsed.failures += failed.length;
    for (const test of failed) addTest(collector, suite, test, separator);
    if (failed.length === 0 && stringAt(suite, 'status') === 'failed') addSuite(collector, suite);
  }
  const claimed = readClaims(root);
  const isInterrupted = field(root, 'wasInterrupted') === true;
  const note = isInterrupted ? 'the tests were interrupted' : claimed.tests === 0 ? NO_TESTS.note : undefined;
  report.close({ completeness: isInterrupted ? 'partial' : 'complete', claimed, parsed, note });
}

function readClaims(root: JsonRecord): Record<string, number> {
  const claimed: Record<string, number> = {};
  const tests = numberAt(root, 'numTotalTests');
  const failures = numberAt(root, 'numFailedTests');
  if (tests !== undefined) claimed.tests = tests;
  if (failures !== undefined) claimed.failures = failures;
  return claimed;
}

function addTest(collector: FindingCollector, suite: JsonRecord, test: JsonRecord, separator: string): void {
  const duration = numberAt(test, 'duration');
  collector.add(
    toTestDraft(
      {
        file: stringAt(suite, 'name'),
        name: [...stringsAt(test, 'ancestorTitles'), stringAt(test, 'title') ?? ''].join(separator),
        outcome: 'failed',
        durationMs: duration === undefined || duration < 0 ? undefined : Math.round(duration),
        lines: cleanLines(stringsAt(test, 'failureMessages').join('\n')),
      },
      collector,
    ),
  );
}

/** A file that broke before or around its tests. vitest says nothing about a hook here, only its text does. */
function addSuite(collector: FindingCollector, suite: JsonRecord): void {
  const file = stringAt(suite, 'name');
  const name = file === undefined ? '(no name)' : (collector.resolve(file).path ?? file);
  const lines = cleanLines(stringAt(suite, 'message') ?? '').filter(
    (line) => line.trim() !== '' && !/^ {2}● /.test(line),
  );
  const words = lines.length > 0 ? lines : ['the test file failed without a failed test'];
  collector.add(toTestDraft({ file, name, outcome: 'errored', ...tellSuiteFailure(words) }, collector));
}

/** jest writes the colours of its terminal into the file. */
function cleanLines(text: string): string[] {
  return text.split('\n').map(cleanLine);
}
