import type { Finding, ToolRun } from '@crafting-table/contracts/finding';
import { createFindingCollector } from '../core/finding-collector.ts';
import { TOOL_RUNS_MAX } from '../core/limits.ts';
import type { PathResolver } from '../core/repository-path.ts';
import type { LogCollector } from '../core/tool.ts';
import { toToolRun } from '../core/tool-run.ts';

export type ClosedLogCollector = LogCollector & {
  finish: () => { findings: Finding[]; toolRuns: ToolRun[]; unclosed: number; omitted: number };
};

/** The artifact name of everything that was read in a log. */
export const LOG_ARTIFACT = 'log';

export function createLogCollector(origin: {
  tool: string;
  format: string;
  subproject: string;
  resolve: PathResolver;
}): ClosedLogCollector {
  const source = { artifact: LOG_ARTIFACT, format: origin.format };
  const collector = createFindingCollector({ ...origin, source });
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
        toolRuns.push(toToolRun(origin.tool, { ...run, parsed }, source, 0));
      }
      unclosed = 0;
    },
    finish: () => ({ findings: collector.list(), toolRuns, unclosed, omitted: collector.omitted() }),
  };
}
