import type { Problem } from '@crafting-table/contracts/problem';

/** The farm said no; `problem` says why, by a stable code and for people. */
export class ProblemError extends Error {
  override name = 'ProblemError';
  readonly problem: Problem;

  constructor(call: string, problem: Problem) {
    super(`${call}: ${problem.status} ${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}
