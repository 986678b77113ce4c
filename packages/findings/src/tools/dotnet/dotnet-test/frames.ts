// Stack traces of .NET: the innermost frame first.
import type { StatedPlace } from '../../../core/finding-collector.ts';
import type { PathResolver } from '../../../core/repository-path.ts';

const FRAME = /^ {0,20}at [^\n]{1,600}? in (?<path>[^\n]{1,500}):line (?<line>\d{1,7})$/;
const FRAMES_MAX = 200;

/** The first frame in a file of the project. */
export function findProjectFrame(trace: readonly string[], resolve: PathResolver): StatedPlace | undefined {
  for (const text of trace.slice(0, FRAMES_MAX)) {
    const groups = FRAME.exec(text.slice(0, 1200))?.groups;
    if (groups?.path === undefined || !resolve(groups.path).known) continue;
    return { path: groups.path, region: { line: Number(groups.line) } };
  }
  return undefined;
}
