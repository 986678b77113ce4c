import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { toFormatDraft } from '../../../engine/format-draft.ts';

const HEADER = /^diff (?:-u )?(?<before>\S{1,400}\.go)\.orig (?<path>\S{1,400}\.go)$/;
const HUNK = /^@@ -(?<line>\d{1,7})/;

type Open = { path: string; logLine: number; hunks: number; line?: number; diff: string[] };

/** One finding a file: its place is the first hunk. */
export function createGofmtParser(collector: LogCollector): LogParser {
  let open: Open | undefined;

  const flush = () => {
    if (open?.line === undefined) return void (open = undefined);
    const { path, line, hunks, diff, logLine } = open;
    open = undefined;
    const help = `gofmt -w ${path}`;
    collector.add(toFormatDraft({ rule: 'gofmt', path, line, hunks, diff, help, logLine }));
  };

  return {
    line: (line) => {
      const path = HEADER.exec(line.head)?.groups?.path;
      if (path !== undefined) {
        flush();
        open = { path, logLine: line.number, hunks: 0, diff: [] };
        return 'reading';
      }
      if (open === undefined) return 'ignored';
      const hunk = HUNK.exec(line.head)?.groups?.line;
      if (hunk !== undefined) {
        open.hunks += 1;
        open.line ??= Number(hunk);
      } else if (!/^(?:[-+ \\]|$)/.test(line.head) || (line.head === '' && open.line === undefined)) {
        flush();
        return 'ignored';
      }
      if (open.diff.length < CONTINUATION_LINES_MAX) open.diff.push(line.text);
      return 'reading';
    },
    end: flush,
  };
}
