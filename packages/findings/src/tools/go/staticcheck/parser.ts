import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { LINTER_SEVERITY } from '../../../core/severity.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { readGoDiagnostic, splitLinterRule } from '../diagnostic-line.ts';

const RULE = /^(?:SA|S|ST|QF|U)\d{4}$/;
/** What the compiler said is handed on, and is read as the compiler's. */
export const NOT_COMPILED = 'packages that do not compile were not looked at';

export function createStaticcheckParser(collector: LogCollector): LogParser {
  let hasUncompiled = false;
  const readProblem = (line: LogLine): LineVerdict => {
    const diagnostic = readGoDiagnostic(line.head);
    const said = diagnostic && splitLinterRule(diagnostic.message);
    if (diagnostic === undefined || said === undefined || !RULE.test(said.rule)) return 'ignored';
    const { path, region } = diagnostic;
    collector.add({ ...toStaticcheckDraft({ path, region, ...said }), logLine: line.number });
    return 'taken';
  };
  return {
    line: (line) => {
      if (!line.head.startsWith('-: # ')) return readProblem(line);
      hasUncompiled = true;
      return 'watching';
    },
    end: () => {
      if (hasUncompiled) collector.closeRun({ completeness: 'partial', note: NOT_COMPILED });
    },
  };
}

/** What text and JSON have in common. */
export function toStaticcheckDraft(problem: {
  path: string;
  region: StatedRegion;
  message: string;
  rule: string;
}): FindingDraft {
  const { path, region, message, rule } = problem;
  return {
    kind: 'lint',
    severity: LINTER_SEVERITY.error,
    level: 'error',
    text: message.trim(),
    place: { path, region },
    rule: { id: rule, url: `https://staticcheck.dev/docs/checks/#${rule}` },
  };
}
