// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What the format has a place for stands
// there, and the parser of tools/generic/sarif reads it back; everything else stands in `properties.craftingTable`.
import type { ToolRun } from '@crafting-table/contracts/finding';
import type { ExportedJob, FindingWriter } from './finding-writer.ts';
import { createRuleTable, type RuleTable } from './sarif-rules.ts';
import { toResult } from './sarif-result.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
/** Of the worst run of a tool, all of it is said. */
const WORST_FIRST = ['failed', 'partial', 'unknown', 'complete'] as const satisfies ToolRun['completeness'][];

/** One run for each tool. Tools that ran and found nothing have an empty run, which says just that. */
export function createSarifWriter(job: ExportedJob): FindingWriter {
  const silent = new Set(job.toolRuns.map(({ tool }) => tool));
  let current: { tool: string; rules: RuleTable } | null = null;
  let runs = 0;
  let results = 0;

  const openRun = (tool: string) => {
    current = { tool, rules: createRuleTable() };
    silent.delete(tool);
    results = 0;
    return `${runs++ === 0 ? '' : ','}\n{"results":[`;
  };
  const closeRun = () => (current === null ? '' : `\n],${describeRun(job, current.tool, current.rules)}}`);

  return {
    begin: () => `{"$schema":${JSON.stringify(SCHEMA)},"version":"2.1.0","runs":[`,
    add: (finding) => {
      const opened = finding.tool === current?.tool ? '' : closeRun() + openRun(finding.tool);
      const { rules } = current!; // Opened just now at the latest.
      return `${opened}${results++ === 0 ? '' : ','}\n${JSON.stringify(toResult(finding, rules.indexOf(finding)))}`;
    },
    end: () => {
      const empty = [...silent].map((tool) => closeRun() + openRun(tool));
      return `${empty.join('')}${closeRun()}\n]}\n`;
    },
  };
}

/** The fields of a run behind its results, without the brackets around them. */
function describeRun(job: ExportedJob, tool: string, rules: RuleTable): string {
  const toolRuns = job.toolRuns.filter((run) => run.tool === tool);
  const version = toolRuns.find((run) => run.version !== undefined)?.version;
  const run = {
    tool: { driver: { name: tool, ...(version !== undefined && { version }), rules: rules.list() } },
    automationDetails: { id: `${job.name}/${tool}/`, description: { text: `Attempt ${job.id}` } },
    ...(job.sha !== null && { properties: { commit: job.sha } }),
    ...(toolRuns.length > 0 && { invocations: [describeInvocation(toolRuns)] }),
  };
  return JSON.stringify(run).slice(1, -1);
}

/** Whether the tool has looked at everything; a silence of one that has not proves nothing. */
function describeInvocation(toolRuns: readonly ToolRun[]): object {
  const completeness = WORST_FIRST.find((word) => toolRuns.some((run) => run.completeness === word));
  const notes = toolRuns.flatMap(({ note }) => note ?? []);
  return {
    executionSuccessful: completeness !== 'failed',
    ...(notes.length > 0 && {
      toolExecutionNotifications: notes.map((text) => ({ level: 'warning', message: { text } })),
    }),
    properties: { completeness },
  };
}
