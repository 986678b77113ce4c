import type { Containment, Reason } from '@crafting-table/contracts/words';
import { type ContainedCommand, type UnixUser, containCommand } from './contain-command.ts';
import { endTree } from './end-tree.ts';
import { exitCodeOf, signalOf } from './exit-code.ts';
import { EMPTY_LOOKS, PROOF_MS, killTree, sendSignal } from './kill-tree.ts';
import { countOomKills, wasOomKilled } from './oom-kills.ts';
import { MARKER } from './process-table.ts';
import { followTree } from './process-tree.ts';
import { pumpOutput } from './pump-output.ts';
import { directSpawner } from './spawn-directly.ts';
import type { ContainedRoot, RecipeView, Spawner } from './spawner.ts';

/** How long a pipe that something still holds is read on after the recipe's end. */
const DRAIN_MS = 2_000;
/** How often a tree without a wrapper is looked at while it runs, so that strays are known before they lose their parent. */
const FOLLOW_MS = 250;

export type RecipeOptions = {
  /** Run by `/bin/sh -c`. */
  command: string;
  cwd: string;
  /** The attempt's alone, without symbolic links: whatever works in it belongs to the recipe. */
  folder?: string;
  /** Complete: nothing of the worker's own environment is added, only the attempt's marker. */
  env: Record<string, string>;
  /** Unique for each attempt: `<job id>.<attempt number>`. */
  attemptId: string;
  containment: Containment;
  limits: {
    timeoutMs: number;
    /** 0 = off. */
    noOutputMs: number;
    /** From TERM to KILL. */
    killGraceMs: number;
    outputBytesMax: number;
  };
  /** Gets stdout and stderr as one stream of bytes. Nothing more is read until a returned promise settles. */
  onOutput: (chunk: Buffer) => void | Promise<void>;
  /** Whom the recipe runs as, when not as the worker. Takes a worker that may change users. */
  user?: UnixUser | undefined;
  /** What starts its process; directly from this one by default. */
  spawner?: Spawner;
  /** Takes a PID namespace, below which /proc would lead past it, and a spawner that can: see `canNarrowView`. */
  view?: RecipeView;
};

export type RecipeEnd = {
  /** `exit` when the recipe ended by itself; `setup_failed` when its containment could not be set up, or broke. */
  reason: Reason;
  /** 128 + n after signal n, as in a shell. -1 when the process could not be ended. */
  exitCode: number;
  signal?: NodeJS.Signals;
  /** What `onOutput` got. */
  outputBytes: number;
  /** False when output was left unread: too much of it, or a survivor still holds the pipe. */
  outputComplete: boolean;
  /** Processes of the tree that were still alive in the end. 0 is proved. */
  survivors: number;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
};

export type RunningRecipe = {
  /** TERM, the grace, KILL. Nothing happens when the recipe has ended or was stopped before: the first reason wins. */
  stop(reason: Reason): void;
  /**
   * Rejects when no process could be started at all, and when `onOutput` failed, with that as `cause`; the tree is gone
   * then too.
   */
  readonly ended: Promise<RecipeEnd>;
};

/**
 * Runs one command as a contained process tree. When `ended` settles, the tree is gone and all output the command wrote
 * before its end was delivered.
 */
export function startRecipe(options: RecipeOptions): RunningRecipe {
  const started = startRoot(options);
  return {
    // Whether a recipe has ended by itself before it was stopped cannot be said before its process is known.
    stop: (reason) =>
      void started.then(
        (recipe) => recipe.stop(reason),
        () => {}, // Nothing was started, and `ended` tells why.
      ),
    ended: started.then((recipe) => recipe.ended),
  };
}

async function startRoot(options: RecipeOptions): Promise<RunningRecipe> {
  const { spawner = directSpawner, cwd, env, attemptId, view } = options;
  const before = { startedAt: Date.now(), oomKills: countOomKills() };
  const command = containCommand({ ...options, killGraceMs: options.limits.killGraceMs });
  const root = await spawner.spawn(command, {
    cwd,
    env: { ...env, [MARKER]: attemptId },
    ...(view && { view }),
  });
  return followRecipe(options, command, root, before);
}

function followRecipe(
  options: RecipeOptions,
  command: ContainedCommand,
  root: ContainedRoot,
  before: { startedAt: number; oomKills: number | undefined },
): RunningRecipe {
  const { limits, attemptId } = options;
  const tree = followTree(root.pid, { id: attemptId, outputName: root.output.name, folder: options.folder });

  let reason: Reason | undefined;
  let fault: { cause: unknown } | undefined;
  const ended = Promise.withResolvers<void>();

  function stop(why: Reason): void {
    if (reason !== undefined || root.hasExited()) return;
    reason = why;
    ended.resolve(endTree({ root, tree, command, killGraceMs: limits.killGraceMs }));
  }

  const pump = pumpOutput(root.output.source, {
    ...limits,
    onOutput: options.onOutput,
    onFlood: () => stop('log_flood'),
    onSilence: () => stop('no_output'),
    onFault: (error) => {
      fault ??= { cause: error };
      stop('setup_failed');
    },
  });
  const timeout = setTimeout(() => stop('timeout'), limits.timeoutMs);
  const follow = command.wrappers === 0 ? setInterval(tree.find, FOLLOW_MS) : undefined;
  void root.exited.then(() => ended.resolve());

  async function finish(): Promise<RecipeEnd> {
    await ended.promise;
    clearTimeout(timeout);
    clearInterval(follow);
    const exitCode = exitCodeOf(root.exit());
    reason ??= await naturalReason(exitCode);
    // Its number is still its group's and nobody else's; see endTree for what only the group can reach.
    if (!command.vouches) sendSignal(-root.pid, 'SIGKILL');
    // What a recipe leaves behind after its own end gets no grace: its verdict is in, and nobody waits for the rest.
    // Where the kernel vouches for that, a look at every process of the machine would cost more than a small recipe.
    const isVouchedFor = command.vouches && typeof root.exit()?.code === 'number';
    const survivors = isVouchedFor
      ? 0
      : await killTree(tree.find, { limitMs: PROOF_MS, emptyLooks: EMPTY_LOOKS });
    const outputComplete = await pump.drain(DRAIN_MS);
    if (fault) throw new Error("A recipe's output could not be delivered", fault);
    return {
      reason,
      exitCode,
      signal: signalOf(exitCode),
      outputBytes: pump.bytes(),
      outputComplete,
      survivors,
      startedAt: before.startedAt,
      endedAt: Date.now(),
    };
  }

  async function naturalReason(exitCode: number): Promise<Reason> {
    // Nobody saw its end: the fork server is gone, and with it what contained the recipe.
    if (root.exit() === undefined) return 'setup_failed';
    if (!(await root.hasStarted())) return 'setup_failed';
    return wasOomKilled(exitCode, before.oomKills, countOomKills) ? 'oom' : 'exit';
  }

  return { stop, ended: finish() };
}
