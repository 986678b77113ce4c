import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { parseLinesReport } from '../../../engine/lines-report.ts';
import { createGoTestJsonParser } from './json-events.ts';

/** Events that were printed into a file, as gotestsum's `--jsonfile` does. */
export function parseGoTestJson(file: ReportFile, reader: ReportReader): void {
  parseLinesReport(file.bytes, 'go-test', reader, createGoTestJsonParser);
}
