// Stack frames of Ruby: `path:12:in 'name'`, indented or behind a `#`.
import type { StatedPlace } from '../../core/finding-collector.ts';
import type { PathResolver } from '../../core/repository-path.ts';

const FRAME =
  /^\s{0,40}(?:# |from )?(?<path>[^\s:#][^:]{0,400}\.(?:rb|rake|ru|gemspec|erb)):(?<line>\d{1,7})(?::in [`'].{0,300})?$/;
/** Lines of a failure that are searched. */
const TRACE_LINES_MAX = 200;

/** The first frame that is a file of the project, not of an installed gem. */
export function findRubyFrame(lines: readonly string[], resolve: PathResolver): StatedPlace | undefined {
  for (const line of lines.slice(0, TRACE_LINES_MAX)) {
    const groups = FRAME.exec(line.slice(0, 1000))?.groups;
    if (groups?.path === undefined) continue;
    const { path, known } = resolve(groups.path);
    if (!known || path === undefined || /(?:^|\/)(?:vendor\/bundle|gems)\//.test(path)) continue;
    return { path: groups.path, region: { line: Number(groups.line) } };
  }
  return undefined;
}
