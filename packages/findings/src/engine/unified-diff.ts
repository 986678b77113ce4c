// Unified diffs in a log, as formatters print them: which files, how many hunks, and where each diff ends.
import { CONTINUATION_LINES_MAX } from '../core/limits.ts';
import type { LogLine } from '../core/tool.ts';

export type FileDiff = {
  oldPath: string;
  newPath: string;
  hunks: number;
  /** Line of the old file that the first hunk begins with. */
  line: number;
  text: string[];
  logLine: number;
};

export type UnifiedDiffReader = {
  /** `begun`: this may be a diff, the next line decides. `inside`: it is part of one. */
  line: (line: LogLine) => 'outside' | 'begun' | 'inside';
  /** Hands over the diff that is still open. */
  close: () => void;
};

// A file's time of change may follow its name after a tab.
const OLD = /^--- (?<path>[^\t]{1,1000})(?:\t.{0,100})?$/;
const NEW = /^\+\+\+ (?<path>[^\t]{1,1000})(?:\t.{0,100})?$/;
const HUNK = /^@@ -(?<line>\d{1,9})(?:,(?<old>\d{1,9}))? \+\d{1,9}(?:,(?<new>\d{1,9}))? @@/;
const TEXT_LINES_MAX = 5 * CONTINUATION_LINES_MAX;

/** Counts the lines that each hunk announces, so that a diff never takes what is printed after it. */
export function createUnifiedDiffReader(onFile: (diff: FileDiff) => void): UnifiedDiffReader {
  let oldPath: string | undefined;
  let open: FileDiff | undefined;
  let oldLeft = 0;
  let newLeft = 0;

  const close = () => {
    if (open !== undefined && open.hunks > 0) onFile(open);
    open = undefined;
    oldLeft = 0;
    newLeft = 0;
  };

  const keep = (diff: FileDiff, { text }: LogLine) => {
    if (diff.text.length < TEXT_LINES_MAX) diff.text.push(text);
    return 'inside' as const;
  };

  const readBody = (diff: FileDiff, line: LogLine) => {
    const mark = line.head[0] ?? ' '; // Some tools cut the blank of an empty line.
    if (mark === ' ' || mark === '-') oldLeft--;
    if (mark === ' ' || mark === '+') newLeft--;
    return keep(diff, line);
  };

  return {
    line: (line) => {
      if (open !== undefined && (oldLeft > 0 || newLeft > 0) && /^(?:[-+ \\]|$)/.test(line.head)) {
        return readBody(open, line);
      }
      const hunk = open && HUNK.exec(line.head)?.groups;
      if (open !== undefined && hunk !== undefined) {
        open.hunks++;
        if (open.hunks === 1) open.line = Number(hunk.line);
        oldLeft = Number(hunk.old ?? 1);
        newLeft = Number(hunk.new ?? 1);
        return keep(open, line);
      }
      if (open !== undefined && line.head.startsWith('\\ No newline')) return keep(open, line);
      const newPath = oldPath === undefined ? undefined : NEW.exec(line.head)?.groups?.path;
      if (oldPath !== undefined && newPath !== undefined) {
        open = { oldPath, newPath, hunks: 0, line: 1, text: [], logLine: line.number };
        oldPath = undefined;
        return 'inside';
      }
      close();
      oldPath = OLD.exec(line.head)?.groups?.path;
      return oldPath === undefined ? 'outside' : 'begun';
    },
    close,
  };
}
