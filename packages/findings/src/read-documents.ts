import { Buffer } from 'node:buffer';
import { DOCUMENT_BYTES_MAX, DOCUMENTS_PER_LOG_MAX } from './core/limits.ts';
import type { ParseResult } from './core/parse-result.ts';
import type { ParseContext, Tool } from './core/tool.ts';
import type { EmbeddedDocument } from './engine/embedded-documents.ts';
import { LOG_ARTIFACT } from './engine/log-collector.ts';
import { parseReportFile } from './parse-report-file.ts';

/** How much a verdict promises, to choose the better of two readings. */
const WORTH = { complete: 3, unknown: 2, partial: 1, failed: 0 } as const;

/** Reads the reports that were found in one log, at most DOCUMENTS_PER_LOG_MAX, and hands on what they say. */
export function createDocumentReader(
  context: ParseContext,
  tools: readonly Tool[],
  onResult: (result: ParseResult) => void,
) {
  const parse = (text: string): ParseResult | null =>
    parseReportFile({ path: LOG_ARTIFACT, bytes: Buffer.from(text) }, context, tools);
  let count = 0;
  return {
    read: (document: EmbeddedDocument): void => {
      count += 1;
      if (count > DOCUMENTS_PER_LOG_MAX) return;
      const result = readDocument(document, parse);
      if (result !== null) onResult(withLogLine(result, document.logLine));
    },
    /** There were more reports than are read. */
    isTruncated: () => count > DOCUMENTS_PER_LOG_MAX,
  };
}

/** People find the report in the log by the line it begins in. */
function withLogLine(result: ParseResult, logLine: number): ParseResult {
  const findings = result.findings.map((finding) => ({
    ...finding,
    source: { ...finding.source, log_line: logLine },
  }));
  return { ...result, findings };
}

/** Some tools print one report as many documents; for others, what follows is none of theirs. Trying tells. */
function readDocument(
  { text, followers, state }: EmbeddedDocument,
  parse: (text: string) => ParseResult | null,
): ParseResult | null {
  const alone = parse(text);
  if (alone === null) return null;
  if (followers !== '') {
    const together = parse(text + followers);
    return together !== null && isBetter(together, alone) ? together : alone;
  }
  return state === 'too long' ? withNote(alone) : alone;
}

function isBetter(together: ParseResult, alone: ParseResult): boolean {
  const worth = ({ toolRuns }: ParseResult) => Math.min(...toolRuns.map((run) => WORTH[run.completeness]));
  if (together.findings.length !== alone.findings.length) {
    return together.findings.length > alone.findings.length;
  }
  return worth(together) >= worth(alone);
}

/** The reader of the format only saw that the document ends too early. */
function withNote(result: ParseResult): ParseResult {
  const note = `the report in the log is longer than ${DOCUMENT_BYTES_MAX} bytes: only its beginning was read`;
  const toolRuns = result.toolRuns.map((run) => ({
    ...run,
    completeness: run.completeness === 'complete' ? ('partial' as const) : run.completeness,
    note,
  }));
  return { ...result, toolRuns, truncated: true };
}
