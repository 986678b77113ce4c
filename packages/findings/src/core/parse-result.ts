import type { Finding, ToolRun } from '@crafting-table/contracts/finding';

/** What was read out of one log, one file, or a whole job. */
export type ParseResult = {
  findings: Finding[];
  toolRuns: ToolRun[];
  /** A limit was reached: there is more than what is listed. */
  truncated: boolean;
};
