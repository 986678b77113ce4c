import type { ToolRun } from '@crafting-table/contracts/finding';
import type { FindingSummary } from '@crafting-table/contracts/finding-life';
import type { Gate } from '@crafting-table/contracts/gate';
import type { ProblemMatcher } from '@crafting-table/contracts/problem-matcher';
import type { Inputs } from '@crafting-table/findings/track/cause';
import type { Judgement, SeriesBefore } from '@crafting-table/findings/track/judge-findings';

export type ReadFindings = {
  toolRuns: ToolRun[];
  /** How many there were, which is more than are kept when a limit was hit. */
  count: number;
  exitCode: number | null;
  /** What the tools ran with. */
  inputs: Inputs;
};

/** What was read, compared with what the series knew. */
export type JudgedFindings = Judgement & { summary: FindingSummary };

/** One attempt's output on its way through the parsers. */
export type Reading = Disposable & {
  /** Takes a copy of what it needs. A promise means backpressure: wait for it before feeding more. It never lasts for long. */
  feed(bytes: Buffer): void | Promise<void>;
  /** Parses what is left and the report files that the recipe wrote. Never rejects: a fault is a failed tool run. */
  end(meta: { exitCode: number | null }): Promise<ReadFindings>;
  /** After the end; may be asked again when the series has moved on. Never rejects: a fault leaves everything unknown. */
  judge(question: JudgingQuestion): Promise<JudgedFindings>;
};

export type JudgingQuestion = { sha: string; before: SeriesBefore; gates: readonly Gate[]; now: Date };

export type ReadPlace = {
  id: string;
  tree: string;
  /** Folder outside of it where tools were asked to write reports. */
  reports: string;
  subproject: string;
  /** Report files count from here on, by the clock of the tree's file system. */
  startedAtMs: number;
  /** What must not stand in a finding. */
  secrets: readonly string[];
  /** A change of it may change what the tools look at. */
  command: string;
  /** Names of tools that it says it runs. */
  declaredTools: readonly string[];
  /** Patterns of its own. */
  matchers: readonly ProblemMatcher[];
};

/** Turns output and report files into findings, beside the main thread. */
export type FindingsReader = { open(place: ReadPlace): Reading };
