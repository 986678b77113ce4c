// What a job costs without a farm: `git worktree add --detach`, `/bin/sh -c <recipe>`, `git worktree remove`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../../figure.ts';
import type { Repository } from '../../repository.ts';
import { startSideProcess } from '../../side-process.ts';

export type BareJob = { mirror: string; sha: string; folder: string; command: string };
export type WorktreesQuestion = { job: BareJob; count: number; concurrency: number };

/** Wall clock, in ms. `name` is what the command sees as CRAFTING_JOB_ID. */
export type BareTimes = {
  name: string;
  startedAt: number;
  addedAt: number;
  ranAt: number;
  removedAt: number;
};

export type Worktrees = {
  one(command: string): Promise<BareTimes>;
  /** Bare jobs per second. */
  rate(count: number, concurrency: number): Promise<number>;
};

export async function openWorktrees(bench: Bench, { mirror, sha }: Repository): Promise<Worktrees> {
  const folder = join(bench.folder, 'bare-worktrees');
  mkdirSync(folder, { recursive: true });
  const loop = bench.own(
    await startSideProcess<WorktreesQuestion, BareTimes[]>('./floors/worktrees/main.ts'),
  );
  const ask = (command: string, count: number, concurrency: number) =>
    loop.ask({ job: { mirror, sha, folder, command }, count, concurrency });
  return {
    async one(command) {
      return (await ask(command, 1, 1))[0]!; // One was asked for.
    },
    async rate(count, concurrency) {
      const times = await ask('true', count, concurrency);
      const from = Math.min(...times.map((each) => each.startedAt));
      const to = Math.max(...times.map((each) => each.removedAt));
      return count / ((to - from) / 1000);
    },
  };
}
