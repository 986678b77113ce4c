// What a tool of the catalogue declares, and what its parsers are given. `tools/<ecosystem>/<tool>/tool.ts` is one of these.
import type { ToolRun } from '@crafting-table/contracts/finding';
import type { FindingCollector } from './finding-collector.ts';

/** What a parser may know about the place a tool ran in. It has no other access to the outside. */
export type ParseContext = {
  /** Folder of the subproject, relative to the repository, POSIX; empty for the root. Tools run there. */
  subproject: string;
  /** Does this path, relative to the repository, exist in the worktree? */
  knownFile: (path: string) => boolean;
  /** Absolute path of the worktree, to map absolute paths back. */
  workspaceRoot: string;
};

/** One line of the log without its line end, escape sequences and what a carriage return wiped out. */
export type LogLine = {
  /** At most LINE_MATCHED_CHARS_MAX characters: safe to give to a regular expression. */
  head: string;
  /** All of it that is kept, at most LINE_BYTES_MAX. */
  text: string;
  /** Counts from 1. */
  number: number;
};

export type LogParser = {
  /** Takes one line. True: the next line is wanted too, whether it carries a hint or not. */
  line: (line: LogLine) => boolean;
  /** The log is over. */
  end: () => void;
};

/** The first bytes of a report file, decoded. */
export type ReportHead = {
  /** From the first character that is not white space. */
  text: string;
  /** Name of the first element, without prefix, when it looks like XML. */
  xmlRoot?: string;
};

export type ReportFile = {
  /** Relative to the repository, POSIX. */
  path: string;
  bytes: Uint8Array;
};

/** What one invocation of a tool amounts to, without the fields that the caller knows better. */
export type ToolRunDraft = Pick<ToolRun, 'completeness'> & {
  version?: string | undefined;
  claimed?: Record<string, number> | undefined;
  parsed?: Record<string, number> | undefined;
  note?: string | undefined;
};

/** One document may hold several invocations, each with its own findings. */
export type ReportReader = {
  /** Opens the collector of one invocation of `tool`; its findings are kept whatever happens later. */
  collect: (tool: string) => FindingCollector;
  /** States what that invocation amounts to. */
  close: (collector: FindingCollector, run: ToolRunDraft) => void;
};

export type Tool = {
  /** `<ecosystem>/<tool>`, the folder. */
  name: string;
  ecosystem: string;
  /** Tools of one family report the same findings in different clothes; it is part of a fingerprint. */
  family: string;
  /** Words for `source.format`; the first is the default. */
  formats: readonly [string, ...string[]];
  /** What it costs to run: `line` sees hinted lines only, `document` reads a whole file. */
  cost: 'line' | 'document';
  /** Versions whose output the samples hold, and where the format is described. */
  versions: string;
  docs: readonly string[];
  log?: {
    /** A line without this is not shown to the parser. No anchors, no quantifier without an upper bound. */
    hint: RegExp;
    createParser: (collector: FindingCollector) => LogParser;
  };
  report?: {
    /** Is this file in the tool's format? Decided by content only. */
    sniff: (head: ReportHead) => boolean;
    parse: (file: ReportFile, reader: ReportReader, context: ParseContext) => void;
  };
};
