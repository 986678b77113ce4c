// Places in the stacks that memory checkers print: which frames are the project's own.
import type { StatedPlace } from '../../core/finding-collector.ts';
import { RELATED_PLACES_MAX } from '../../core/limits.ts';
import type { PathResolver } from '../../core/repository-path.ts';

export type Frame = { path: string; line: number; col?: number | undefined; name?: string | undefined };

/** One stack and what it shows: empty for the one where it went wrong. */
export type Stack = { label: string; frames: Frame[] };

/** Frames kept of one stack; recursion makes a thousand. */
export const FRAMES_MAX = 100;
export const STACKS_MAX = 10;

/** The innermost frame of the project is where it went wrong; its callers and the other stacks are related. */
export function placeOfStacks(
  stacks: readonly Stack[],
  resolve: PathResolver,
): { place: StatedPlace | undefined; related: (StatedPlace & { message?: string | undefined })[] } {
  const own = stacks.map(({ label, frames }) => ({
    label,
    frames: frames.filter((frame) => resolve(frame.path).known),
  }));
  const [first, ...callers] = own[0]?.frames ?? [];
  const others = own
    .slice(1)
    .flatMap(({ label, frames }) =>
      frames.slice(0, 1).map((frame) => ({ ...toPlace(frame), message: label })),
    );
  const related = [...callers.map((frame) => ({ ...toPlace(frame), message: frame.name })), ...others];
  return { place: first && toPlace(first), related: related.slice(0, RELATED_PLACES_MAX) };
}

function toPlace({ path, line, col }: Frame): StatedPlace {
  return { path, region: { line, col } };
}
