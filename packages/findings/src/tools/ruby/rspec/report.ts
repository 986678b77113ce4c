import type { FindingCollector } from '../../../core/finding-collector.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { type ExampleFailure, failureToDraft } from './failure.ts';
import { readFailureBlock } from './failure-block.ts';

/** `{examples: [example`: two brackets are open around an example. */
const EXAMPLE_DEPTH = 2;
const OUTSIDE =
  /An error occurred (?:while loading (?<path>\S{1,400})\.|in an? `(?<hook>[^`]{1,100})` hook\.)/;

export function parseRspecJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'rspec', recordDepth: EXAMPLE_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const errors = addOutsideErrors(root, collector);
  const examples = recordsAt(root, 'examples');
  const failed = examples.filter((example) => stringAt(example, 'status') === 'failed');
  for (const example of failed) collector.add(failureToDraft(readExample(example), collector));
  const summary = recordAt(root, 'summary');
  const parsed = { tests: examples.length, failures: failed.length, errors };
  const claimed = {
    tests: numberAt(summary, 'example_count') ?? 0,
    failures: numberAt(summary, 'failure_count') ?? 0,
    errors: numberAt(summary, 'errors_outside_of_examples_count') ?? 0,
  };
  const note =
    examples.length === 0 ? 'no test ran' : claimed.errors > 0 ? 'not every file could be loaded' : undefined;
  report.close({
    completeness: claimed.errors > 0 ? 'partial' : 'complete',
    version: stringAt(root, 'version'),
    claimed,
    parsed,
    note,
  });
}

function addOutsideErrors(root: JsonRecord, collector: FindingCollector): number {
  let errors = 0;
  for (const message of stringsAt(root, 'messages')) {
    const groups = OUTSIDE.exec(message.slice(0, 1000))?.groups;
    if (groups === undefined) continue;
    errors += 1;
    const block = readFailureBlock(message.trim().split('\n').slice(1));
    const place = groups.path === undefined ? undefined : { path: groups.path };
    const name = groups.path ?? groups.hook ?? '';
    collector.add(failureToDraft({ name, outcome: 'errored', place, ...block }, collector));
  }
  return errors;
}

function readExample(example: JsonRecord): ExampleFailure {
  const exception = recordAt(example, 'exception');
  const path = stringAt(example, 'file_path');
  const seconds = numberAt(example, 'run_time');
  const message = stringAt(exception, 'message') ?? '';
  const inMessage = message.split('\n').map((line) => line.trim());
  return {
    name: stringAt(example, 'full_description') ?? '(no name)',
    outcome: 'failed',
    exceptionClass: stringAt(exception, 'class'),
    message,
    // Several failures of one example have their frames in the message; the trace is that of their collector.
    trace: [...inMessage, ...stringsAt(exception, 'backtrace')],
    place: path === undefined ? undefined : { path, region: { line: numberAt(example, 'line_number') } },
    durationMs: seconds === undefined || seconds < 0 ? undefined : Math.round(seconds * 1000),
  };
}
