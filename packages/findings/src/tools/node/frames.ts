// Stack frames of JavaScript engines and test tools.
import type { StatedPlace } from '../../core/finding-collector.ts';
import type { PathResolver } from '../../core/repository-path.ts';

/** ` at f (path:1:2)`, ` at async path:1:2`, ` ❯ f path:1:2`; node prints only `f (path:1:2)` in TAP. */
const FRAME =
  /^\s{0,40}(?:at |❯ )?(?:[^(\s][^(]{0,300} \(|(?:async |\S{1,300} ){0,1})(?<path>(?:file:\/\/)?[^\s:()"'][^:()"']{0,400}):(?<line>\d{1,7}):(?<col>\d{1,7})\)?(?: \{)?\s{0,10}$/;

/** Lines of a failure that are searched. */
const TRACE_LINES_MAX = 200;
const FRAME_CHARS_MAX = 1000;

/** The first frame of a trace that is a file of the project, not of a dependency. */
export function findProjectFrame(lines: readonly string[], resolve: PathResolver): StatedPlace | undefined {
  for (const line of lines.slice(0, TRACE_LINES_MAX)) {
    const groups = FRAME.exec(line.slice(0, FRAME_CHARS_MAX))?.groups;
    if (groups?.path === undefined) continue;
    const { path, known } = resolve(groups.path);
    if (!known || path === undefined || isDependency(path)) continue;
    return { path: groups.path, region: { line: Number(groups.line), col: Number(groups.col) } };
  }
  return undefined;
}

function isDependency(path: string): boolean {
  return path.startsWith('node_modules/') || path.includes('/node_modules/');
}
