import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  asRecord,
  isRecord,
  type JsonRecord,
  numberAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { readJson } from '../../../engine/read-json.ts';
import { type Comment, commentToDraft } from './comment.ts';

/** `{comments: [comment`, and `[comment` in the older format. */
const COMMENT_DEPTH = 2;

/** `--format=json1` and `--format=json`. They have no totals: only the closing bracket says that all is there. */
export function parseShellcheckJson(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('shellcheck');
  const json = readJson(file.bytes, COMMENT_DEPTH);
  if (json.state === 'unreadable') {
    return reader.close(collector, { completeness: 'failed', note: json.note });
  }
  const stated = Array.isArray(json.value)
    ? json.value.filter(isRecord)
    : recordsAt(asRecord(json.value), 'comments');
  const comments = stated.map(readComment).filter((comment) => comment !== undefined);
  for (const comment of comments) collector.add(commentToDraft(comment));
  reader.close(collector, {
    claimed: { comments: stated.length },
    parsed: { comments: comments.length },
    ...(json.state === 'cut' ? { completeness: 'partial', note: json.note } : { completeness: 'complete' }),
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
