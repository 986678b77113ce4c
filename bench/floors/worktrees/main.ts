// The bare loop in a process of its own: worktree, shell, no worktree. Nothing is imported that is not needed for it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { wallClockMs } from '../../clock.ts';
import { path } from '../../config.ts';
import { answerQuestions } from '../../side-process.ts';
import type { BareJob, BareTimes, WorktreesQuestion } from './open-worktrees.ts';

const GIT_TRIES_MAX = 5;

let made = 0;

answerQuestions(async ({ job, count, concurrency }: WorktreesQuestion): Promise<BareTimes[]> => {
  const times: BareTimes[] = [];
  let left = count;
  const lane = async () => {
    while (left-- > 0) times.push(await doBareJob(job));
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return times;
});

async function doBareJob({ mirror, sha, folder, command }: BareJob): Promise<BareTimes> {
  const name = `bare-${++made}`;
  const worktree = `${folder}/${name}`;
  const git = (...args: string[]) => runGit(['-C', mirror, 'worktree', ...args], folder);
  const startedAt = wallClockMs();
  await git('add', '--detach', worktree, sha);
  const addedAt = wallClockMs();
  if ((await run('/bin/sh', ['-c', command], worktree, name)) !== 0) throw new Error(`${command} failed`);
  const ranAt = wallClockMs();
  await git('remove', worktree);
  return { name, startedAt, addedAt, ranAt, removedAt: wallClockMs() };
}

/** Each git reads what every worktree of the mirror left there, and stumbles over one that is just coming or going. */
async function runGit(args: string[], cwd: string): Promise<void> {
  for (let tries = 0; tries < GIT_TRIES_MAX; tries++) if ((await run('git', args, cwd, '')) === 0) return;
  throw new Error(`git ${args.join(' ')} failed ${GIT_TRIES_MAX} times`);
}

/** Resolves with the exit code. */
async function run(command: string, args: string[], cwd: string, name: string): Promise<number | null> {
  const env = { PATH: path, CRAFTING_JOB_ID: name };
  const child = spawn(command, args, { cwd, env, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  return code;
}
