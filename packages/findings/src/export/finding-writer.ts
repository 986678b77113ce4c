import type { ToolRun } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';

/** What a file of findings says beside them. */
export type ExportedJob = {
  /** For people: project, subproject and recipe. */
  name: string;
  /** The same when the same attempt is written again. */
  id: string;
  sha: string | null;
  toolRuns: readonly ToolRun[];
  /** How many findings will be added, by tool. */
  counts: ReadonlyMap<string, number>;
};

/** Writes a file piece by piece, so that it is never in memory as a whole. Findings of a tool come together. */
export type FindingWriter = {
  begin: () => string;
  add: (finding: JobFinding) => string;
  end: () => string;
};

/** All of it at once, for what is small. */
export function writeAll(writer: FindingWriter, findings: readonly JobFinding[]): string {
  return [writer.begin(), ...findings.map(writer.add), writer.end()].join('');
}

/** What `counts` is made of. */
export function countByTool(findings: readonly { tool: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { tool } of findings) counts.set(tool, (counts.get(tool) ?? 0) + 1);
  return counts;
}

/** The job has it, and nobody has said that it does not count. */
export function counts({ state, suppressed, accepted }: JobFinding): boolean {
  return state !== 'fixed' && state !== 'unknown' && suppressed === undefined && accepted === undefined;
}

/** Message and detail as they were before they were taken apart. */
export function fullText({ message, detail }: JobFinding): string {
  return detail === undefined ? message : `${message}\n${detail}`;
}
