// Child processes that do not outlive the process that started them, even when that one is killed with SIGKILL.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';

export type BoundChildOptions = {
  command: string;
  args: readonly string[];
  /** What the kernel sends the child when its parent dies. Linux with util-linux' setpriv only. */
  deathSignal: 'SIGINT' | 'SIGTERM';
  env: NodeJS.ProcessEnv;
  cwd?: string;
  user?: { uid: number; gid: number } | undefined;
  stdio: StdioOptions;
};

/**
 * Starts a program in its own session, so that a Ctrl-C of the terminal reaches only its parent, which then ends its
 * children in the right order. The child's pid is the program's own: setpriv replaces itself with it.
 */
export function spawnBound({
  command,
  args,
  deathSignal,
  user,
  ...options
}: BoundChildOptions): ChildProcess {
  const bound = deathSignalsWork()
    ? { command: 'setpriv', args: ['--pdeathsig', deathSignal.slice('SIG'.length), '--', command, ...args] }
    : { command, args };
  const child = spawn(bound.command, bound.args, { ...options, ...user, detached: true });
  // A program that cannot be started also emits 'close' with a code; whoever waits for the end hears of it there.
  child.on('error', () => {});
  return child;
}

/** True where children are bound by the kernel; elsewhere what a killed parent leaves is dealt with at the next start. */
export function deathSignalsWork(): boolean {
  probed ??=
    process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'TERM', '--', 'true']).status === 0;
  return probed;
}
let probed: boolean | undefined;

export type StopStep = { signal: NodeJS.Signals; waitMs: number };

/** Sends each signal in turn, waiting its time for the end, and SIGKILL after the last. Resolves once it is gone. */
export async function stopChild(child: ChildProcess, steps: readonly StopStep[]): Promise<void> {
  const ended = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  if (ended) return;
  const exit = once(child, 'exit');
  for (const { signal, waitMs } of steps) {
    child.kill(signal);
    if (await isDoneWithin(exit, waitMs)) return;
  }
  child.kill('SIGKILL');
  await exit;
}

async function isDoneWithin(done: Promise<unknown>, waitMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, waitMs, false);
  const isDone = await Promise.race([done.then(() => true), late]);
  clearTimeout(timer);
  return isDone;
}
