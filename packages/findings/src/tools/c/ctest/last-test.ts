// Testing/Temporary/LastTest.log: each test with its command and all it printed. Skipped tests count as passed there.
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { decodeText } from '../../../engine/decode-text.ts';
import { type FailedTest, failedTestDraft } from './test-draft.ts';

const NAME = /^\d{1,7}\/\d{1,7} Test: (?<name>.*)$/;
const DURATION = /^Test time = {1,8}(?<seconds>\d{1,7}\.\d{1,3}) sec$/;
const ABSENT = /^Unable to find executable: .*$/;
const END = /^End testing: .*\n/m;
const LINE_CHARS_MAX = 4096;
const OUTPUT_LINES_MAX = 5 * CONTINUATION_LINES_MAX;

type OpenTest = FailedTest & { output: string[]; isPrinting: boolean };

export function parseLastTest(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('ctest');
  const text = decodeText(file.bytes);
  const parsed = { tests: 0, failures: 0 };
  let absent: string | undefined;
  let open: OpenTest | undefined;
  let isReason = false;

  const fail = (verdict: string) => {
    if (open === undefined) return;
    collector.add(failedTestDraft({ ...open, verdict }, collector));
    parsed.failures++;
    open = undefined;
  };

  // What stands after the last line feed was not written to its end.
  const lines = text.split('\n').slice(0, -1);
  for (const line of lines.map((each) => each.slice(0, LINE_CHARS_MAX).replace(/\r$/, ''))) {
    const name = open?.isPrinting ? undefined : NAME.exec(line)?.groups?.name;
    if (name !== undefined) {
      parsed.tests++;
      open = { name, verdict: '', output: [], isPrinting: false };
      continue;
    }
    if (open === undefined) {
      absent = ABSENT.test(line) ? line : absent;
      continue;
    }
    if (line === 'Output:') open.isPrinting = true;
    else if (line === '<end of output>') open.isPrinting = false;
    else if (open.isPrinting) addOutput(open.output, line);
    else if (isReason) fail(line);
    else if (line === 'Test Failed.') fail('Failed');
    else if (line === 'Test Passed.' && absent !== undefined) fail(absent);
    const seconds = DURATION.exec(line)?.groups?.seconds;
    if (open !== undefined && seconds !== undefined) open.durationMs = Math.round(Number(seconds) * 1000);
    isReason = line === 'Test Fail Reason:';
    if (/^Test (?:Passed|Failed)\.$/.test(line)) absent = undefined;
  }
  const isWhole = END.test(text);
  reader.close(collector, {
    parsed,
    ...(isWhole
      ? { completeness: 'complete' }
      : { completeness: 'partial', note: 'the file ends before the tests do' }),
  });
}

function addOutput(output: string[], line: string): void {
  const isRuler = output.length === 0 && /^-{20,100}$/.test(line);
  if (!isRuler && output.length < OUTPUT_LINES_MAX) output.push(line);
}
