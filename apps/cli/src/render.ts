import type { ToolRun } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import { countByTool } from '@crafting-table/findings/export/finding-writer';
import { createSarifWriter } from '@crafting-table/findings/export/sarif';
import type { Parsed } from './parse-inputs.ts';
import type { ParseRequest } from './read-arguments.ts';
import { renderTable } from './render-table.ts';

/** The output in pieces. */
export function render(request: ParseRequest, parsed: Parsed): Generator<string> {
  switch (request.format) {
    case 'jsonl':
      return renderLines(parsed);
    case 'json':
      return renderDocument(parsed);
    case 'sarif':
      return renderSarif(request, parsed);
    case 'table':
      return renderTable(parsed);
  }
}

function* renderLines({ findings, toolRuns }: Parsed): Generator<string> {
  for (const finding of findings) yield `${JSON.stringify(finding)}\n`;
  for (const toolRun of toolRuns) yield `${JSON.stringify({ tool_run: toolRun } satisfies ToolRunLine)}\n`;
}

type ToolRunLine = { tool_run: ToolRun };

/** The names that the API uses. */
function* renderDocument({ findings, toolRuns, summary }: Parsed): Generator<string> {
  yield `${JSON.stringify({ findings, tool_runs: toolRuns, counts: summary }, null, 2)}\n`;
}

function* renderSarif({ recipe }: ParseRequest, { findings, toolRuns }: Parsed): Generator<string> {
  const writer = createSarifWriter({
    name: recipe ?? 'craft',
    id: 'craft',
    sha: null,
    toolRuns,
    counts: countByTool(findings),
  });
  yield writer.begin();
  for (const finding of byTool(findings)) yield writer.add(finding);
  yield writer.end();
}

function byTool(findings: readonly JobFinding[]): JobFinding[] {
  return [...Map.groupBy(findings, ({ tool }) => tool).values()].flat();
}
