// What is told of a toolchain: one finding's life in four commits, as plain data.
import type { Finding } from '@crafting-table/contracts/finding';
import type { Recipe } from '@crafting-table/contracts/words';
import type { ToolchainName } from '@crafting-table/dev-services/toolchains';

/**
 * A file begins without a fault, gets one, becomes longer above it, gets another name, and is mended. Each story is a
 * subproject of one repository.
 */
export type Story = {
  /** The subproject's folder. */
  name: string;
  language: string;
  needs: readonly ToolchainName[];
  recipe: Recipe;
  command: string;
  /** What the subproject has beside the file that the story is about. */
  files?: Readonly<Record<string, string>>;
  path: string;
  renamedTo: string;
  source: string;
  /** What is written into the source in the place of what is right. */
  mistake: { right: string; wrong: string };
  /** Begins a comment. Two of them are put below the first line of the file to move the fault. */
  comment: '//' | '#';
  expected: Pick<Finding, 'tool' | 'kind' | 'severity' | 'message' | 'rule_id'> & {
    /** Where the finding stands at first; null where the tool names a test and no line. */
    line: number | null;
    exitCode: number;
  };
  /** How many tests the tool says it ran (of Go's, packages), and how the recipe ends where there is none. */
  tests?: { ran: number; exitCodeWithout: number };
};
