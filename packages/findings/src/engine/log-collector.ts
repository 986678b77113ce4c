import type { ToolRun } from '@crafting-table/contracts/finding';
import type { FindingCollector } from '../core/finding-collector.ts';
import { TOOL_RUNS_MAX } from '../core/limits.ts';
import type { LogCollector, SharedWords } from '../core/tool.ts';
import { toToolRun } from '../core/tool-run.ts';

export type ClosedLogCollector = LogCollector & {
  finish: () => { toolRuns: ToolRun[]; claims: ClaimedRun[]; unclosed: number };
};

/** An invocation that somebody else may have a better claim to. */
export type ClaimedRun = SharedWords & { toolRun: ToolRun };

/** The artifact name of everything that was read in a log. */
export const LOG_ARTIFACT = 'log';

/** Counts what one stream of a log adds to the findings of a format. */
export function createLogCollector(collector: FindingCollector, format: string): ClosedLogCollector {
  const source = { artifact: LOG_ARTIFACT, format };
  const toolRuns: ToolRun[] = [];
  const claims: ClaimedRun[] = [];
  let unclosed = 0;
  return {
    ...collector,
    add: (draft) => {
      collector.add(draft);
      unclosed += 1;
    },
    closeRun: ({ claim, ...run }) => {
      const parsed = { findings: unclosed, ...run.parsed };
      if (toolRuns.length < TOOL_RUNS_MAX) {
        const toolRun = toToolRun(collector.tool, { ...run, parsed }, source, 0);
        toolRuns.push(toolRun);
        if (claim !== undefined) claims.push({ ...claim, toolRun });
      }
      unclosed = 0;
    },
    finish: () => ({ toolRuns, claims, unclosed }),
  };
}
