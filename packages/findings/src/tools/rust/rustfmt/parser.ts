import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { toFormatDraft } from '../../../engine/format-draft.ts';

const HEADER = /^Diff in (?<path>\S{1,400}\.rs)(?::| at line )(?<line>\d{1,7}):$/;

type Open = { path: string; line: number; hunks: number; diff: string[]; logLine: number };

/** One finding a file: its place is the first hunk. */
export function createRustfmtParser(collector: LogCollector): LogParser {
  let open: Open | undefined;

  const flush = () => {
    if (open === undefined) return;
    const { path, line, hunks, diff, logLine } = open;
    open = undefined;
    collector.add(toFormatDraft({ rule: 'rustfmt', path, line, hunks, diff, help: 'cargo fmt', logLine }));
  };

  return {
    line: (line) => {
      const groups = HEADER.exec(line.head)?.groups;
      if (groups?.path !== undefined) {
        if (open?.path === groups.path && Number(groups.line) > open.line) open.hunks += 1;
        else {
          flush();
          open = { path: groups.path, line: Number(groups.line), hunks: 1, diff: [], logLine: line.number };
        }
        return 'reading';
      }
      if (open === undefined) return 'ignored';
      if (!/^(?:[-+ ]|$)/.test(line.head)) {
        flush();
        return 'ignored';
      }
      if (open.diff.length < CONTINUATION_LINES_MAX) open.diff.push(line.text);
      return 'reading';
    },
    end: flush,
  };
}
