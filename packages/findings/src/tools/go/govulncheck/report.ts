import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { parseLinesReport } from '../../../engine/lines-report.ts';
import { createGovulncheckJsonParser } from './json-documents.ts';

/** Documents that were printed into a file. */
export function parseGovulncheckJson(file: ReportFile, reader: ReportReader): void {
  parseLinesReport(file.bytes, 'govulncheck', reader, createGovulncheckJsonParser);
}
