import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { parseLinesReport } from '../../../engine/lines-report.ts';
import { createCargoJsonParser } from './json-lines.ts';

/** Messages that were printed into a file. Without `build-finished` nobody knows whether they are all. */
export function parseCargoJson(file: ReportFile, reader: ReportReader): void {
  parseLinesReport(file.bytes, 'rustc', reader, createCargoJsonParser);
}
