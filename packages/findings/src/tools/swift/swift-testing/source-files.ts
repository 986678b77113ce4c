// Swift Testing names a file without its folders. The build names the target of each file it compiles, and by the habit of
// the package manager the files of a test target lie in Tests/<target>.
import type { PathResolver } from '../../../core/repository-path.ts';

const COMPILING = /^\[\d{1,7}\/\d{1,7}\] (?:Compiling|Emitting module) (?<target>\w{1,100})(?: |$)/;
const TARGETS_MAX = 200;

export type SourceFiles = {
  /** True: the line was one of the build. */
  line: (line: string) => boolean;
  /** The path below the worktree where it is known, else the name as it is. */
  find: (name: string) => string;
};

export function createSourceFiles(resolve: PathResolver): SourceFiles {
  const targets = new Set<string>();
  return {
    line: (line) => {
      const target = COMPILING.exec(line)?.groups?.target;
      if (target !== undefined && targets.size < TARGETS_MAX) targets.add(target);
      return target !== undefined;
    },
    find: (name) => {
      const candidates = ['', 'Tests/', ...[...targets].map((target) => `Tests/${target}/`)];
      return candidates.map((folder) => `${folder}${name}`).find((path) => resolve(path).known) ?? name;
    },
  };
}
