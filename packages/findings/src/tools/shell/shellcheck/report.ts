import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { isRecord, type JsonRecord, numberAt, recordsAt, stringAt } from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { type Comment, commentToDraft } from './comment.ts';

/** `{comments: [comment`, and `[comment` in the older format. */
const COMMENT_DEPTH = 2;

/** `--format=json1` and `--format=json`. They have no totals: only the closing bracket says that all is there. */
export function parseShellcheckJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'shellcheck', recordDepth: COMMENT_DEPTH });
  if (report === undefined) return;
  const { collector, value, root } = report;
  const stated = Array.isArray(value) ? value.filter(isRecord) : recordsAt(root, 'comments');
  const comments = stated.map(readComment).filter((comment) => comment !== undefined);
  for (const comment of comments) collector.add(commentToDraft(comment));
  report.close({
    completeness: 'complete',
    claimed: { comments: stated.length },
    parsed: { comments: comments.length },
  });
}

function readComment(record: JsonRecord): Comment | undefined {
  const path = stringAt(record, 'file');
  const code = numberAt(record, 'code');
  const message = stringAt(record, 'message');
  if (path === undefined || code === undefined || message === undefined) return undefined;
  return {
    path,
    region: {
      line: numberAt(record, 'line'),
      col: numberAt(record, 'column'),
      endLine: numberAt(record, 'endLine'),
      endCol: numberAt(record, 'endColumn'),
    },
    code: String(code),
    word: stringAt(record, 'level'),
    message,
    isFixable: isRecord(record.fix),
  };
}
