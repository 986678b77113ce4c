// One git command: bounded in time and output, alone with its environment, its failure put into words.
import type { GitUrl } from '@crafting-table/contracts/git-url';
import { execa } from 'execa';
import { type Failed, failed, readGitFailure } from './git-failure.ts';
import { type GitSettings, gitEnvironment } from './git-environment.ts';
import { restoreMirrorConfig } from './mirror-config.ts';

export type GitCommand = {
  /** The mirror it is for. Whatever a recipe did to that one's configuration is undone first. */
  mirrorPath?: string;
  /** Without `git`. Never holds a credential: everybody on the host can read it. */
  args: readonly string[];
  settings: GitSettings;
  timeoutMs: number;
  /** The remote this command talks to; its credentials are handed to git in the environment. */
  remote?: GitUrl;
};

/** A listing of 500,000 refs is about 40 MB. */
const OUTPUT_BYTES_MAX = 64 * 1024 ** 2;

/** git removes its temporary files on TERM, which takes it a moment. */
const KILL_GRACE_MS = 2000;

/** Resolves with what git printed, or with why it failed. Throws only when git cannot be started at all. */
export async function runGit({
  mirrorPath,
  args,
  settings,
  timeoutMs,
  remote,
}: GitCommand): Promise<{ stdout: string } | Failed> {
  const place = remote?.display ?? 'the mirror';
  if (remote?.scheme === 'file' && !settings.allowFileRemotes) {
    return failed('refused', 'file: remotes are not allowed here.');
  }
  if (mirrorPath !== undefined) restoreMirrorConfig(mirrorPath);
  const mirrorArgs = mirrorPath === undefined ? [] : ['--git-dir', mirrorPath];
  // A group of its own, because git talks to remotes through children that must end with it.
  const child = execa('git', [...mirrorArgs, ...args], {
    cwd: '/', // Without a folder of its own to work in, git would take the next repository upwards for its own.
    env: gitEnvironment(settings, remote ?? null),
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    detached: true,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  const stop = endAfter(child.pid, timeoutMs);
  const result = await child;
  if (stop()) return failed('timeout', `git took longer than ${Math.ceil(timeoutMs / 1000)} s for ${place}.`);
  if (result.isMaxBuffer) return failed('refused', `git printed more than the farm reads for ${place}.`);
  if (result.exitCode === 0) return { stdout: result.stdout };
  if (result.exitCode === undefined && !result.isTerminated) {
    throw new Error('git cannot be started.', { cause: result.cause });
  }
  return { failure: readGitFailure(result.stderr, place) };
}

/** Ends the process group after `timeoutMs`. The function it returns calls that off and says whether it was too late. */
function endAfter(pid: number | undefined, timeoutMs: number): () => boolean {
  if (pid === undefined) return () => false;
  let isLate = false;
  let kill: NodeJS.Timeout | undefined;
  const term = setTimeout(() => {
    isLate = true;
    signalGroup(pid, 'SIGTERM');
    kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), KILL_GRACE_MS);
  }, timeoutMs);
  return () => {
    clearTimeout(term);
    clearTimeout(kill);
    return isLate;
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already, which is what was wanted.
  }
}
