// make and ninja change folders and say so; the compilers below them print paths relative to the folder they run in.
import type { PathResolver } from '../../core/repository-path.ts';

const MOVE =
  /^(?<speaker>g?make(?:\[\d{1,3}\])?|ninja): (?<move>Entering|Leaving) directory ['`‘](?<folder>[^'’]{1,400})['’]$/;
const LEVELS_MAX = 64;

/** Source for a hint: the lines that a stack wants to see. */
export const MOVE_HINT = '^(?:g?make(?:\\[\\d{1,3}\\])?|ninja): (?:Entering|Leaving) directory ';

export type DirectoryStack = {
  /** True when the line tells of a move. */
  line: (head: string) => boolean;
  /** A path as a tool printed it → the same from the folder where the log began. */
  locate: (path: string) => string;
};

export function createDirectoryStack(resolve: PathResolver): DirectoryStack {
  let levels: { speaker: string; folder: string }[] = [];

  const below = (path: string) => {
    const folder = levels.at(-1)?.folder;
    return folder === undefined || path.startsWith('/') ? path : `${folder}/${path}`;
  };

  return {
    line: (head) => {
      const { speaker, move, folder } = MOVE.exec(head)?.groups ?? {};
      if (speaker === undefined || folder === undefined) return false;
      // Each make speaks at its own level: one that enters again, or leaves, takes the levels inside it with it.
      const own = levels.findIndex((level) => level.speaker === speaker);
      if (own >= 0) levels = levels.slice(0, own);
      if (move === 'Entering' && levels.length < LEVELS_MAX) levels.push({ speaker, folder: below(folder) });
      return true;
    },
    locate: (path) => {
      const inFolder = below(path);
      if (resolve(inFolder).known) return inFolder;
      // Generators call compilers in a build folder that nobody names: `../src/main.c` is then src/main.c.
      const candidates = [path, path.replace(/^(?:\.\.\/){1,20}/, '')];
      return candidates.find((candidate) => resolve(candidate).known) ?? inFolder;
    },
  };
}
