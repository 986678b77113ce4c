import type { ToolRun } from '@crafting-table/contracts/finding';
import { boundName, boundText } from './bounded-text.ts';
import { MESSAGE_CHARS_MAX, NAME_CHARS_MAX, TOTALS_MAX } from './limits.ts';
import type { ToolRunDraft } from './tool.ts';

/** What a parser says of one invocation, bounded, and not believed where less was read than the tool states. */
export function toToolRun(
  tool: string,
  draft: ToolRunDraft,
  source: ToolRun['source'],
  omitted: number,
): ToolRun {
  const loss = draft.completeness === 'complete' ? findLoss(draft) : undefined;
  const note = draft.note ?? loss;
  const isPartial = loss !== undefined || omitted > 0;
  const toolRun: ToolRun = { tool, completeness: isPartial ? 'partial' : draft.completeness, source };
  const version = boundName(draft.version, NAME_CHARS_MAX);
  if (version !== undefined) toolRun.version = version;
  if (draft.claimed !== undefined) toolRun.claimed = boundTotals(draft.claimed);
  if (draft.parsed !== undefined) toolRun.parsed = boundTotals(draft.parsed);
  const databaseAt = Date.parse(draft.databaseAt ?? '');
  if (!Number.isNaN(databaseAt)) toolRun.database_at = new Date(databaseAt).toISOString();
  if (note !== undefined) toolRun.note = boundText(note, MESSAGE_CHARS_MAX);
  if (omitted > 0) toolRun.omitted_findings = omitted;
  return toolRun;
}

/** Most parsers have names of their own for them; some read what a file calls them. */
function boundTotals(totals: Record<string, number>): Record<string, number> {
  const entries = Object.entries(totals).slice(0, TOTALS_MAX);
  return Object.fromEntries(entries.map(([name, total]) => [boundText(name, NAME_CHARS_MAX), total]));
}

/** More than was claimed is no loss: tools count a test that was tried twice once, and collect what they do not count. */
function findLoss({ claimed = {}, parsed = {} }: ToolRunDraft): string | undefined {
  const key = Object.keys(claimed).find((each) => parsed[each]! < claimed[each]!); // Absent: no comparison.
  return key && `the tool states ${claimed[key]} ${key}, ${parsed[key]} were read`;
}
