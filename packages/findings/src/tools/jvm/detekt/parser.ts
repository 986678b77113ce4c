import { LINTER_SEVERITY } from '../../../core/severity.ts';
import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';

const PROBLEM = /^(?<path>[^\s:][^:]{0,400}\.kts?):(?<line>\d{1,7}):(?<col>\d{1,7}): (?<rest>\S.*)$/;
const RULE = /^[A-Z]\w{2,80}$/;
const TOTAL = /^Analysis failed with (?<count>\d{1,7}) (?<weighted>weighted )?issues?\./;
const FAULT = /^Exception in thread "main" com\.beust\.jcommander\.ParameterException: /;

/** One line for each problem, then the total, which is weighted by rule unless it says otherwise. */
export function createDetektParser(collector: LogCollector): LogParser {
  let problems = 0;

  return {
    line: (line) => {
      const total = TOTAL.exec(line.head)?.groups;
      if (total !== undefined) {
        const claimed = total.weighted === undefined ? { problems: Number(total.count) } : undefined;
        collector.closeRun({ completeness: 'complete', claimed, parsed: { problems } });
        problems = 0;
        return 'taken';
      }
      if (FAULT.test(line.head)) {
        const text = line.text.slice(line.text.indexOf('Exception: ') + 11);
        reportToolFault(collector, { text, logLine: line.number });
        return 'taken';
      }
      const groups = PROBLEM.exec(line.head)?.groups;
      const open = groups?.rest?.endsWith(']') ? groups.rest.lastIndexOf(' [') : -1;
      const rule = groups?.rest?.slice(open + 2, -1) ?? '';
      if (groups?.rest === undefined || open < 1 || !RULE.test(rule)) return 'ignored';
      problems += 1;
      collector.add({
        kind: 'lint',
        severity: LINTER_SEVERITY.warning,
        level: 'warning',
        text: groups.rest.slice(0, open),
        place: {
          path: groups.path,
          region: { line: Number(groups.line), col: Number(groups.col) },
        },
        rule: { id: rule, name: rule },
        logLine: line.number,
      });
      return 'taken';
    },
    end: () => {},
  };
}
