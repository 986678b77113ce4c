// The bare loop in a process of its own: worktree, shell, no worktree. Nothing is imported that is not needed for it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { wallClockMs } from '../../clock.ts';
import { path } from '../../config.ts';
import { answerQuestions } from '../../side-process.ts';
import type { BareJob, BareTimes, WorktreesQuestion } from './open-worktrees.ts';

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
  const git = ['-C', mirror, 'worktree'];
  const startedAt = wallClockMs();
  await run('git', [...git, 'add', '--detach', worktree, sha], folder, name);
  const addedAt = wallClockMs();
  await run('/bin/sh', ['-c', command], worktree, name);
  const ranAt = wallClockMs();
  await run('git', [...git, 'remove', worktree], folder, name);
  return { name, startedAt, addedAt, ranAt, removedAt: wallClockMs() };
}

async function run(command: string, args: string[], cwd: string, name: string): Promise<void> {
  const env = { PATH: path, CRAFTING_JOB_ID: name };
  const child = spawn(command, args, { cwd, env, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}
