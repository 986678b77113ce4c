// What a tool of the catalogue declares, and what its parsers are given. `tools/<ecosystem>/<tool>/tool.ts` is one of these.
import type { ToolRun } from '@crafting-table/contracts/finding';
import type { FindingCollector } from './finding-collector.ts';

/** What a parser may know about the place a tool ran in. It has no other access to the outside. */
export type ParseContext = {
  /** Folder of the subproject, relative to the repository, POSIX; `.` or empty for the root. Tools run there. */
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
  /** More of it, at most DOCUMENT_BYTES_MAX, where it is longer and looks like a report. Not for parsers of lines. */
  whole?: string;
  /** Counts from 1. */
  number: number;
};

/**
 * What became of a line that a parser was shown.
 * - `ignored`: it is not mine. `watching`: nor is this one, but show me the next line, with or without a hint.
 * - `taken`: it is mine. `reading`: so it is, and show me the next line, with or without a hint.
 * A line that somebody has taken is not shown to the fallbacks.
 */
export type LineVerdict = 'ignored' | 'watching' | 'taken' | 'reading';

export type LogParser = {
  line: (line: LogLine) => LineVerdict;
  /** The log is over. `exitCode`: of the recipe, null when it did not end by itself. */
  end: (meta: { exitCode: number | null }) => void;
};

/** What the parser of a log hands over. */
export type LogCollector = FindingCollector & {
  /**
   * An invocation of the tool is over, as far as the log tells: everything added since the last call belongs to it. An
   * invocation that found nothing is told as well, wherever the log shows that the tool ran. Without any call there is one
   * tool run for a log with findings, judged by the exit code of the recipe.
   */
  closeRun: (run: ToolRunDraft) => void;
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
  /** Totals that the tool states. Where `parsed` has the same key and a smaller number, the run becomes `partial`. */
  claimed?: Record<string, number> | undefined;
  /** `findings` is counted by the caller where it is not given. */
  parsed?: Record<string, number> | undefined;
  /** When its advisories were changed last, in any form that is a date. */
  databaseAt?: string | undefined;
  note?: string | undefined;
  /** The words that told of this invocation are another tool's as well; of those who claim a line one gets it. */
  claim?: SharedWords | undefined;
};

/** A line that several tools print, word for word. */
export type SharedWords = {
  logLine: number;
  /** How much else there is to say that it was this tool: its own words since its last invocation, or a file it needs. */
  evidence: 'words' | 'file' | 'none';
};

/** One document may hold several invocations, each with its own findings. */
export type ReportReader = {
  /** Opens the collector of one invocation of `tool`; its findings are kept whatever happens later. */
  collect: (tool: string) => FindingCollector;
  /** States what that invocation amounts to. */
  close: (collector: FindingCollector, run: ToolRunDraft) => void;
};

/** One layout of a tool's output in a log. */
export type LogFormat = {
  /** Word for `source.format`. */
  format: string;
  /** A line without this is not shown to the parser. No anchors but `^`, no quantifier without an upper bound. */
  hint: RegExp;
  /** Sees only lines that no other parser has taken. */
  isFallback?: true;
  /** Repeats for somebody else what the tool has said: where other findings are, its own are left out. */
  isEcho?: true;
  createParser: (collector: LogCollector) => LogParser;
};

/** One format of a tool's report files. A document of that format in the middle of a log is read as well. */
export type ReportFormat = {
  /** Word for `source.format`. */
  format: string;
  /** Is this file in the tool's format? Decided by content only. */
  sniff: (head: ReportHead) => boolean;
  parse: (file: ReportFile, reader: ReportReader, context: ParseContext) => void;
};

export type Tool = {
  /** `<ecosystem>/<tool>`, the folder. */
  name: string;
  /** As its makers write it. */
  title: string;
  /** Tools of one family report the same findings in different clothes; it is part of a fingerprint. */
  family: string;
  /** Versions whose output the samples hold. */
  versions: string;
  /** `captured`: the samples are what the real tool printed. `documented`: written after the tool's documentation. */
  evidence: 'captured' | 'documented';
  /** Where the formats are described. */
  docs: readonly string[];
  logs?: readonly LogFormat[];
  reports?: readonly ReportFormat[];
};
