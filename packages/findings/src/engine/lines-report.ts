// Report files whose lines are what the tool would have printed: the parser of the log reads them too.
import type { FindingCollector } from '../core/finding-collector.ts';
import { LINE_MATCHED_CHARS_MAX } from '../core/limits.ts';
import type { LogCollector, LogParser, ReportReader } from '../core/tool.ts';
import { cleanLine } from './clean-line.ts';
import { decodeText } from './decode-text.ts';

/**
 * Gives every line to the parser. `exitCode` is unknown, so it is told null. A last line that is not ended by a line feed
 * may be half of one, and is given as well.
 */
export function parseLinesReport(
  bytes: Uint8Array,
  tool: string,
  reader: ReportReader,
  createParser: (collector: LogCollector) => LogParser,
): void {
  const collector: FindingCollector = reader.collect(tool);
  let isClosed = false;
  const parser = createParser({
    ...collector,
    closeRun: (run) => {
      isClosed = true;
      reader.close(collector, run);
    },
  });
  decodeText(bytes)
    .split('\n')
    .forEach((raw, index) => {
      const text = cleanLine(raw);
      parser.line({ head: text.slice(0, LINE_MATCHED_CHARS_MAX), text, number: index + 1 });
    });
  parser.end({ exitCode: null });
  if (!isClosed) reader.close(collector, { completeness: 'unknown', note: 'the format has no end mark' });
}
