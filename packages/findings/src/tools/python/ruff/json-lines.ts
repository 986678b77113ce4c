import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { isRecord } from '../../../engine/json-fields.ts';
import { problemToDraft } from './problem.ts';
import { readJsonProblem } from './json-problem.ts';
import { parseJsonLine } from '../../../engine/json-line.ts';

/** `--output-format json-lines`: one problem a line, nothing at the end. */
export function createRuffLinesParser(collector: LogCollector): LogParser {
  return {
    line: (line) => {
      const value = parseJsonLine(line.text);
      const problem = isRecord(value) ? readJsonProblem(value) : undefined;
      if (problem === undefined) return 'ignored';
      collector.add(problemToDraft({ ...problem, logLine: line.number }));
      return 'taken';
    },
    end: () => {},
  };
}
