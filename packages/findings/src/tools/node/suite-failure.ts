import type { StatedPlace } from '../../core/finding-collector.ts';

/** babel and friends: `SyntaxError: /workspace/a.js: Unexpected token (1:16)`. */
const SYNTAX_ERROR =
  /^SyntaxError: (?<path>\/?[^\s:][^:]{0,400}): .{1,300}\((?<line>\d{1,7}):(?<col>\d{1,7})\)$/;
const LINES_MAX = 60;

/** jest explains at length what a token may be; the error itself comes after that. */
export function tellSuiteFailure(lines: readonly string[]): {
  lines: readonly string[];
  place?: StatedPlace;
} {
  for (const [index, line] of lines.slice(0, LINES_MAX).entries()) {
    const groups = SYNTAX_ERROR.exec(line.trim().slice(0, 1000))?.groups;
    if (groups?.path === undefined) continue;
    // Columns of babel count from 0.
    const region = { line: Number(groups.line), col: Number(groups.col) + 1 };
    return { lines: lines.slice(index), place: { path: groups.path, region } };
  }
  return { lines };
}
