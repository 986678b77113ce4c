import type { ToolRun } from '@crafting-table/contracts/finding';
import type { Tool } from './core/tool.ts';
import { LOG_ARTIFACT } from './engine/log-collector.ts';
import { TOOLS } from './tools/registry.ts';
import { TEST_TOOLS } from './tools/test-tools.ts';

/**
 * A tool run for each tool that the recipe is said to run, by `<ecosystem>/<tool>`, and that none of these tells of.
 * Nobody knows whether it ran: compilers are silent when all is well, and so is a recipe that skips its tests.
 */
export function unseenTools(
  declared: readonly string[],
  toolRuns: readonly ToolRun[],
  tools: readonly Tool[] = TOOLS,
): ToolRun[] {
  const seen = new Set(toolRuns.map(({ tool }) => tool));
  return [...new Set(declared)].flatMap((name) => {
    const tool = tools.find((each) => each.name === name);
    if (tool === undefined)
      return [unseenRun(name, LOG_ARTIFACT, 'declared, but the farm knows no such tool')];
    if (seen.has(tool.family)) return [];
    const note = 'declared, but nothing was heard of it';
    const format = tool.logs?.[0]?.format ?? tool.reports?.[0]?.format ?? LOG_ARTIFACT;
    return [unseenRun(tool.family, format, TEST_TOOLS.has(name) ? `${note}: no test ran` : note)];
  });
}

function unseenRun(tool: string, format: string, note: string): ToolRun {
  const source = { artifact: LOG_ARTIFACT, format };
  return { tool, completeness: 'unknown', source, parsed: { findings: 0 }, unseen: true, note };
}
