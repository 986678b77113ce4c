// Places in Python tracebacks: which of them are the project's own.
import type { StatedPlace } from '../../core/finding-collector.ts';
import { RELATED_PLACES_MAX } from '../../core/limits.ts';
import type { ResolvedPath } from '../../core/repository-path.ts';

export type Frame = { path: string; line: number; scope?: string | undefined };

/** Frames kept of one traceback; recursion makes a thousand. */
export const FRAMES_MAX = 200;

const FRAME = /^[ |]{0,40}File "(?<path>[^"\n]{1,1000})", line (?<line>\d{1,9})(?:, in (?<scope>.*))?$/;

/** `  File "app.py", line 3, in start`. */
export function readFrame(line: string): Frame | undefined {
  const groups = FRAME.exec(line)?.groups;
  if (groups?.path === undefined) return undefined;
  return { path: groups.path, line: Number(groups.line), scope: groups.scope };
}

/**
 * The place where it went wrong: Python lists the innermost frame last, so that is the last frame of the project; the
 * frames that led there are related. Undefined when no frame is the project's.
 */
export function placeOfFrames(
  frames: readonly Frame[],
  resolve: (path: string) => ResolvedPath,
): { place: StatedPlace; related: (StatedPlace & { message?: string | undefined })[] } | undefined {
  const own = frames.filter((frame) => isOwn(frame.path, resolve));
  const last = own.pop();
  if (last === undefined) return undefined;
  const related = own
    .slice(-RELATED_PLACES_MAX)
    .map((frame) => ({ ...toPlace(frame), message: frame.scope }));
  return { place: toPlace(last), related };
}

function toPlace({ path, line }: Frame): StatedPlace {
  return { path, region: { line } };
}

/** Installed packages may lie below the worktree, in a virtual environment. `<string>` and the like are no files. */
function isOwn(path: string, resolve: (path: string) => ResolvedPath): boolean {
  if (path.startsWith('<') || /(?:^|\/)(?:site|dist)-packages\/|\/lib\/python\d/.test(path)) return false;
  return resolve(path).path !== undefined;
}
