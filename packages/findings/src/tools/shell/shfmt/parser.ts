import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { createUnifiedDiffReader, type FileDiff } from '../../../engine/unified-diff.ts';

const SYNTAX =
  /^(?<path>[^\s:][^:]{0,400}\.(?:sh|bash|mksh|ksh|bats)):(?<line>\d{1,7}):(?<col>\d{1,7}): (?!(?:error|warning|note|style|info)\b)(?<message>\S.*)$/;

/** `shfmt -d`: a diff for each file that is not formatted. A clean run prints nothing. */
export function createShfmtParser(collector: LogCollector): LogParser {
  const diffs = createUnifiedDiffReader((diff) => addDiff(collector, diff));
  return {
    line: (line) => {
      const part = diffs.line(line);
      if (part === 'inside') return 'reading';
      if (part === 'begun') return 'watching';
      const groups = SYNTAX.exec(line.head)?.groups;
      if (groups === undefined) return 'ignored';
      collector.add({
        kind: 'compile_error',
        level: 'error',
        severity: 'high',
        text: groups.message ?? '',
        place: { path: groups.path, region: { line: Number(groups.line), col: Number(groups.col) } },
        rule: { id: 'syntax' },
        logLine: line.number,
      });
      return 'taken';
    },
    end: diffs.close,
  };
}

/** gofmt names its diffs in the same way. */
function addDiff(collector: LogCollector, { oldPath, newPath, hunks, line, text, logLine }: FileDiff): void {
  if (oldPath !== `${newPath}.orig` || newPath.endsWith('.go')) return;
  collector.add({
    kind: 'format',
    level: 'error',
    severity: 'medium',
    text: 'File is not formatted',
    detail: text.join('\n'),
    place: { path: newPath, region: { line } },
    rule: { id: 'unformatted' },
    fixable: 'safe',
    help: 'shfmt -w',
    logLine,
    extra: { hunks },
  });
}
