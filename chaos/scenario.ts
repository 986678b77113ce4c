// What a scenario is: trouble made on purpose for a real farm, and promises that have to hold all the same.
import type { Backend, FarmOptions, FarmUnderTest } from '@crafting-table/e2e/farm-under-test';

export type Scenario = {
  /** For `--only` and the first column of the table. */
  name: string;
  /** What is done to the farm, in one line. */
  title: string;
  /** The queue backends on which the trouble is another one. */
  backends: readonly Backend[];
  /** Makes the trouble and states what held. Throws when it could not be made; that counts as a promise not kept. */
  run(trial: Trial): Promise<void>;
};

/** One run of one scenario on one backend. */
export type Trial = {
  backend: Backend;
  /**
   * Smaller counts and shorter waits: what `npm test` has time for. The promises are the same ones, but for those of speed and
   * memory, which a machine that runs other tests says nothing about.
   */
  isShort: boolean;
  /**
   * What time limits of a few seconds are multiplied by: 1 on a machine that does nothing else, more in a short run, whose machine is
   * shared with whatever else runs there.
   */
  patience: number;
  /** Numbers from 0 up to 1, always the same ones for the seed that was printed. */
  random: () => number;
  /** Aborted when a person stops the run. */
  stopping: AbortSignal;
  /** One line of progress. */
  tell(line: string): void;
  /** Starts a farm whose rows are watched against the rules of a job's life until the trial is over. */
  startFarm(options: Omit<FarmOptions, 'backend' | 'expectsTrouble'>): Promise<FarmUnderTest>;
  /** Kept until the trial is over, and given back in reverse order. */
  use<Resource extends AsyncDisposable>(resource: Resource): Resource;
  /** States a promise, the figure that was measured, and whether it holds. */
  promise(what: string, measured: string, holds: boolean): void;
};

/** A promise of the farm and what became of it. */
export type StatedPromise = { what: string; measured: string; holds: boolean };

export type Outcome = {
  scenario: Scenario;
  backend: Backend;
  promises: StatedPromise[];
  /** Why it could not be carried through, where it could not. */
  fault: string | null;
  tookMs: number;
};

export function hasHeld({ fault, promises }: Outcome): boolean {
  return fault === null && promises.length > 0 && promises.every(({ holds }) => holds);
}
