import { createDice } from './dice.ts';
import { editProgram } from './edit-program.ts';
import { growProgram, type Language } from './grow-sources.ts';
import { renderProgram } from './render-program.ts';
import { writeHistory } from './write-history.ts';

/** Makes the empty folder a repository with the life of one program; gives back its commits, oldest first. */
export function growHistory(
  repository: string,
  {
    language,
    seed,
    commits,
    editsEach,
  }: { language: Language; seed: number; commits: number; editsEach: number },
): string[] {
  const program = growProgram(language, seed);
  const dice = createDice(seed + 1);
  const snapshots = Array.from({ length: commits }, (_, index) => {
    if (index > 0) editProgram(program, dice, editsEach);
    return renderProgram(program);
  });
  return writeHistory(repository, snapshots);
}
