import type { Socket } from 'node:net';
import type { ContainedCommand } from './contain-command.ts';

/** Starts contained commands, each as the leader of its own session with nothing open but its input, output and errors. */
export type Spawner = {
  /** Rejects when there is no process, and says why. */
  spawn(command: ContainedCommand, place: RecipePlace): Promise<ContainedRoot>;
};

export type RecipePlace = {
  cwd: string;
  /** Complete: nothing is added. */
  env: Record<string, string>;
  /** Only the fork server can narrow it; see `canNarrowView`. */
  view?: RecipeView;
};

/** What a recipe sees of the farm's folders. All paths are absolute. */
export type RecipeView = {
  /** Empty in the recipe's eyes, but for what of them is named below. None lies in another. */
  hidden: readonly string[];
  own: readonly string[];
  readOnly: readonly string[];
};

export type RootExit = { code: number | null; signal: NodeJS.Signals | null };

/** The outermost process of a contained command. */
export type ContainedRoot = {
  readonly pid: number;
  readonly output: RecipeOutput;
  readonly exited: Promise<void>;
  /** Nothing until its end is known here, and nothing for good when `exited` resolves without it: nobody saw the end. */
  exit(): RootExit | undefined;
  /** True as soon as the process has ended, also while the event of it waits behind a busy event loop. */
  hasExited(): boolean;
  /** After the end: whether the recipe was reached, or only what should have contained it. */
  hasStarted(): Promise<boolean>;
};

/** The reading end of one real pipe that is stdout and stderr alike, so that their order is the one a terminal would show. */
export type RecipeOutput = {
  readonly source: Socket;
  /** What /proc calls the pipe in the list of a process's open files. */
  readonly name: string;
};
