import type { Finding, ToolRun } from '@crafting-table/contracts/finding';

export type ReadFindings = {
  findings: Finding[];
  toolRuns: ToolRun[];
  /** How many there were, which is more than `findings` holds when a limit was hit. */
  count: number;
};

/** One attempt's output on its way through the parsers. */
export type Reading = Disposable & {
  /** Takes a copy of what it needs; never blocks the caller. */
  feed(bytes: Buffer): void;
  /** Parses what is left and the report files that the recipe wrote. Never rejects: a fault is a failed tool run. */
  end(meta: { exitCode: number | null }): Promise<ReadFindings>;
};

/** Turns output and report files into findings, beside the main thread. */
export type FindingsReader = {
  /** Report files count from `startedAtMs` on, by the clock of the tree's file system. */
  open(attempt: { id: string; tree: string; subproject: string; startedAtMs: number }): Reading;
};

export const NO_FINDINGS: ReadFindings = { findings: [], toolRuns: [], count: 0 };
