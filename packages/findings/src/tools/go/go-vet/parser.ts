import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { LINTER_SEVERITY } from '../../../core/severity.ts';
import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { createDiagnosticBlocks, VET_RULE } from '../diagnostic-blocks.ts';

export function createGoVetParser(collector: LogCollector): LogParser {
  return createDiagnosticBlocks('vet', ({ path, region, message, analyzer, detail, logLine }) => {
    const draft = toVetDraft({ path, region, message, analyzer: analyzer ?? VET_RULE });
    collector.add({ ...draft, detail: detail.join('\n'), logLine });
  });
}

/** What text and JSON have in common. */
export function toVetDraft(problem: {
  path: string;
  region: StatedRegion;
  message: string;
  analyzer: string;
}): FindingDraft {
  const { path, region, message, analyzer } = problem;
  const url =
    analyzer === VET_RULE
      ? undefined
      : `https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/${urlName(analyzer)}`;
  return {
    kind: 'lint',
    severity: LINTER_SEVERITY.error,
    level: 'error',
    text: message,
    place: { path, region },
    rule: { id: analyzer, url },
  };
}

/** Two of the packages are not called as their analyzer is. */
function urlName(analyzer: string): string {
  const names: Record<string, string> = { composites: 'composite', copylocks: 'copylock' };
  return (Object.hasOwn(names, analyzer) ? names[analyzer] : undefined) ?? analyzer;
}
