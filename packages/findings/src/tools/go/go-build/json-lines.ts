import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { asRecord, stringAt } from '../../../engine/json-fields.ts';
import { parseJsonLine } from '../../../engine/json-line.ts';
import { createGoBuildParser } from './parser.ts';

/** `-json`: the text in pieces, one line an event. `go test -json` prints the same events among its own. */
export function createGoBuildJsonParser(collector: LogCollector): LogParser {
  const parser = createGoBuildParser(collector);
  return {
    line: (line) => {
      const event = asRecord(parseJsonLine(line.text));
      const action = stringAt(event, 'Action');
      if (action === 'build-fail') return 'taken';
      if (action !== 'build-output') return 'ignored';
      const text = (stringAt(event, 'Output') ?? '').replace(/\n$/, '');
      parser.line({ head: text.slice(0, line.head.length), text, number: line.number });
      return 'taken';
    },
    end: parser.end,
  };
}
