import type { FieldFault } from '@crafting-table/contracts/problem';
import type { Subproject } from '@crafting-table/contracts/project';
import { refuse, type Refusal } from '../refusal.ts';

/** Null, or which problem matchers have patterns that the farm cannot use, and why. */
export async function refuseMatchers(subprojects: readonly Subproject[]): Promise<Refusal | null> {
  const stated = subprojects.flatMap(({ problem_matchers }, index) =>
    Object.entries(problem_matchers ?? {}).flatMap(([recipe, matchers]) =>
      matchers.map((matcher) => ({ matcher, path: `body.subprojects.${index}.problem_matchers.${recipe}` })),
    ),
  );
  if (stated.length === 0) return null;
  // Megabytes of an engine that most projects have no use for.
  const { compilePatterns } = await import('@crafting-table/findings/matchers/compile-patterns');
  const faults = stated.flatMap(({ matcher, path }): FieldFault[] => {
    const compiled = compilePatterns(matcher);
    return compiled.state === 'refused' ? [{ path, message: compiled.note }] : [];
  });
  const [first] = faults;
  return first === undefined ? null : refuse('invalid_input', `${first.path}: ${first.message}`, faults);
}
