import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { asRecord, numberAt, recordAt, stringAt } from '../../../engine/json-fields.ts';
import { parseJsonLine } from '../../../engine/json-line.ts';
import { NOT_COMPILED, toStaticcheckDraft } from './parser.ts';

/** `-f json`: one problem a line, nothing at the end. */
export function createStaticcheckJsonParser(collector: LogCollector): LogParser {
  let hasUncompiled = false;
  return {
    line: (line) => {
      const problem = asRecord(parseJsonLine(line.text));
      const rule = stringAt(problem, 'code');
      const message = stringAt(problem, 'message');
      const start = recordAt(problem, 'location');
      const path = stringAt(start, 'file');
      if (rule === undefined || message === undefined) return 'ignored';
      if (rule === 'compile') {
        hasUncompiled = true;
        collector.add({
          kind: 'compile_error',
          severity: 'high',
          level: 'error',
          text: message.replace(/^# [^\n]{1,400}\n/, ''),
          rule: { id: rule },
          logLine: line.number,
        });
        return 'taken';
      }
      if (path === undefined) return 'ignored';
      const end = recordAt(problem, 'end');
      // `ignored` is what a comment in the source allows.
      const isIgnored = stringAt(problem, 'severity') === 'ignored';
      const region = {
        line: numberAt(start, 'line'),
        col: numberAt(start, 'column'),
        endLine: numberAt(end, 'line'),
        endCol: numberAt(end, 'column'),
        unit: 'byte',
      } as const;
      const draft = toStaticcheckDraft({ path, region, message, rule });
      collector.add({
        ...draft,
        logLine: line.number,
        ...(isIgnored ? { suppressed: { by: 'source' } } : {}),
      });
      return 'taken';
    },
    end: () => {
      if (hasUncompiled) collector.closeRun({ completeness: 'partial', note: NOT_COMPILED });
    },
  };
}
