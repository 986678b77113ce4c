// For people: one line for each finding, then one for each tool.
import type { ToolRun } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import type { Parsed } from './parse-inputs.ts';

/** A column is as wide as its widest cell, and no wider than this. */
const WIDTH_MAX = 60;

export function* renderTable({ findings, toolRuns, summary }: Parsed): Generator<string> {
  yield* renderRows(['severity', 'kind', 'place', 'rule', 'message'], findings.map(toRow));
  yield '\n';
  yield* renderRows(['tool', 'version', 'whole', 'read in', 'note'], toolRuns.map(toToolRow));
  yield `\n${summary.total} findings\n`;
}

function toRow(finding: JobFinding): string[] {
  const { severity, kind, rule_id, message } = finding;
  return [severity, kind, placeOf(finding), rule_id ?? '', message];
}

function placeOf({ path, path_raw, region, test, package: named }: JobFinding): string {
  const file = path ?? path_raw;
  const numbers = [region?.line, region?.col].filter((number) => number !== undefined);
  if (file !== undefined) return [file, ...numbers].join(':');
  return test?.name ?? named?.name ?? '';
}

function toToolRow({ tool, version, completeness, source, note }: ToolRun): string[] {
  return [tool, version ?? '', completeness, source.artifact, note ?? ''];
}

/** The last column is not padded. */
function* renderRows(head: readonly string[], rows: readonly string[][]): Generator<string> {
  const widths = head.map((title, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]!.length), title.length),
  );
  for (const row of [head, ...rows]) {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? cell : cell.padEnd(Math.min(WIDTH_MAX, widths[column]!)),
    );
    yield `${cells.join('  ').trimEnd()}\n`;
  }
}
