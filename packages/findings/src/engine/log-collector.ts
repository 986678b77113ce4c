import type { ToolRun } from '@crafting-table/contracts/finding';
import type { FindingCollector } from '../core/finding-collector.ts';
import { TOOL_RUNS_MAX } from '../core/limits.ts';
import type { LogCollector } from '../core/tool.ts';
import { toToolRun } from '../core/tool-run.ts';

export type ClosedLogCollector = LogCollector & {
  finish: () => { toolRuns: ToolRun[]; unclosed: number };
};

/** The artifact name of everything that was read in a log. */
export const LOG_ARTIFACT = 'log';

/** Counts what one stream of a log adds to the findings of a format. */
export function createLogCollector(collector: FindingCollector, format: string): ClosedLogCollector {
  const source = { artifact: LOG_ARTIFACT, format };
  const toolRuns: ToolRun[] = [];
  let unclosed = 0;
  return {
    ...collector,
    add: (draft) => {
      collector.add(draft);
      unclosed += 1;
    },
    closeRun: (run) => {
      const parsed = { findings: unclosed, ...run.parsed };
      if (toolRuns.length < TOOL_RUNS_MAX) {
        toolRuns.push(toToolRun(collector.tool, { ...run, parsed }, source, 0));
      }
      unclosed = 0;
    },
    finish: () => ({ toolRuns, unclosed }),
  };
}
