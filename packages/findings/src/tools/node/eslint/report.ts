import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  asRecord,
  field,
  isRecord,
  type JsonRecord,
  listAt,
  numberAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { toDraft } from './problem.ts';

/** `[{messages: [message`: three brackets are open around a message. */
const MESSAGE_DEPTH = 3;

/** Reads the JSON formatter's list of files. What a comment in the source allows is read as suppressed. */
export function parseEslintJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'eslint', recordDepth: MESSAGE_DEPTH });
  if (report === undefined) return;
  const { collector, value } = report;
  const claimed = { errors: 0, warnings: 0 };
  const parsed = { errors: 0, warnings: 0 };
  const files = (Array.isArray(value) ? value : []).map(asRecord);
  for (const entry of files) {
    const path = stringAt(entry, 'filePath') ?? '';
    claimed.errors += numberAt(entry, 'errorCount') ?? 0;
    claimed.warnings += numberAt(entry, 'warningCount') ?? 0;
    for (const message of recordsAt(entry, 'messages')) {
      const draft = readMessage(path, message);
      parsed[draft.level === 'error' ? 'errors' : 'warnings'] += 1;
      collector.add(draft);
    }
    for (const message of recordsAt(entry, 'suppressedMessages')) {
      collector.add({ ...readMessage(path, message), suppressed: readSuppression(message) });
    }
  }
  report.close({ completeness: 'complete', claimed, parsed });
}

function readMessage(path: string, message: JsonRecord): FindingDraft {
  const draft = toDraft({
    path,
    region: {
      line: numberAt(message, 'line'),
      col: numberAt(message, 'column'),
      endLine: numberAt(message, 'endLine'),
      endCol: numberAt(message, 'endColumn'),
      unit: 'utf16',
    },
    isError: field(message, 'fatal') === true || numberAt(message, 'severity') === 2,
    message: stringAt(message, 'message') ?? '',
    rule: stringAt(message, 'ruleId'),
  });
  if (isRecord(field(message, 'fix'))) draft.fixable = 'safe';
  else if (listAt(message, 'suggestions').length > 0) draft.fixable = 'unsafe';
  return draft;
}

function readSuppression(message: JsonRecord): NonNullable<FindingDraft['suppressed']> {
  const reason = stringAt(recordsAt(message, 'suppressions')[0] ?? {}, 'justification');
  return reason === undefined ? { by: 'source' } : { by: 'source', reason };
}
