import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { asRecord, numberAt, stringAt } from '../../../engine/json-fields.ts';
import { levelFromWord } from '../../../core/severity.ts';
import { parseJsonLine } from '../../../engine/json-line.ts';
import { diagnosticToDraft, type MypyDiagnostic } from './diagnostic.ts';

/** `--output=json`: one object a line, nothing at the end. Columns count from 0 here, and from 1 in text. */
export function createMypyJsonParser(collector: LogCollector): LogParser {
  return {
    line: (line) => {
      const diagnostic = readJson(line.text);
      if (diagnostic === undefined) return 'ignored';
      if (diagnostic.level !== 'note') collector.add(diagnosticToDraft(diagnostic, line.number));
      return 'taken';
    },
    end: () => {},
  };
}

function readJson(text: string): MypyDiagnostic | undefined {
  const record = asRecord(parseJsonLine(text));
  const path = stringAt(record, 'file');
  const message = stringAt(record, 'message');
  const level = levelFromWord(stringAt(record, 'severity') ?? '');
  if (path === undefined || message === undefined || level === undefined) return undefined;
  const col = numberAt(record, 'column');
  return {
    path,
    region: {
      line: numberAt(record, 'line'),
      col: col === undefined ? undefined : col + 1,
      endLine: numberAt(record, 'end_line'),
      endCol: numberAt(record, 'end_column'),
    },
    level,
    message,
    code: stringAt(record, 'code'),
  };
}
