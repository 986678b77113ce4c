import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  asRecord,
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { type PhpstanProblem, problemToDraft } from './problem.ts';

/** `{files: {path: {messages: [message`: four brackets are open around a message. */
const MESSAGE_DEPTH = 4;

export function parsePhpstanJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'phpstan', recordDepth: MESSAGE_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const inFiles = Object.entries(recordAt(root, 'files')).flatMap(([path, analysed]) =>
    recordsAt(asRecord(analysed), 'messages').map((message) => readMessage(path, message)),
  );
  const general = stringsAt(root, 'errors').map((message) => ({ message }));
  for (const problem of [...inFiles, ...general]) collector.add(problemToDraft(problem));
  const totals = recordAt(root, 'totals');
  report.close({
    completeness: 'complete',
    claimed: { errors: (numberAt(totals, 'errors') ?? 0) + (numberAt(totals, 'file_errors') ?? 0) },
    parsed: { errors: inFiles.length + general.length },
  });
}

function readMessage(path: string, message: JsonRecord): PhpstanProblem {
  return {
    path,
    line: numberAt(message, 'line'),
    message: stringAt(message, 'message') ?? '(no message)',
    identifier: stringAt(message, 'identifier'),
    tip: stringAt(message, 'tip'),
  };
}
