// Jobs whose recipe says when it was started, by the wall clock that the figures read as well.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTerminal } from '@crafting-table/contracts/words';
import { stampToMs, wallClockMs } from './clock.ts';
import type { BenchFarm } from './farm.ts';
import type { Bench } from './figure.ts';
import type { Repository } from './repository.ts';
import { until } from './until.ts';

/** Registers a project whose recipe `test` is the command. */
export async function register(
  farm: Pick<BenchFarm, 'client'>,
  name: string,
  repository: Repository,
  command: string,
): Promise<void> {
  const subprojects = [{ path: '.', language: 'shell', test: command }];
  await farm.client.call('registerProject', { body: { name, git_url: repository.url, subprojects } });
}

export type Commit = { ref: string } | { sha: string };

export type PostedJob = { id: string; /** Wall clock, in ms, just before the request. */ postedAt: number };

export async function postJob(farm: BenchFarm, project: string, commit: Commit): Promise<PostedJob> {
  const postedAt = wallClockMs();
  const { status, text } = await farm.requests.post(`/projects/${project}/jobs`, {
    recipe: 'test',
    ...commit,
  });
  if (status !== 202) throw new Error(`The job was not accepted: ${status} ${text}`);
  const { job_id: id }: { job_id: string } = JSON.parse(text);
  return { id, postedAt };
}

const JOB_MS = 60_000;

/** Polls for the end of the job. @throws when it did not pass. */
export async function waitUntilPassed(farm: BenchFarm, id: string, pauseMs = 25): Promise<void> {
  const detail = await until(
    `job ${id} ends`,
    async () => {
      const { text } = await farm.requests.get(`/jobs/${id}`);
      const found: { job: Parameters<typeof describe>[0] } = JSON.parse(text);
      return isTerminal(found.job.status) && found.job;
    },
    { pauseMs, withinMs: JOB_MS },
  );
  if (detail.status !== 'passed') throw new Error(`Job ${id} did not pass: ${describe(detail)}`);
}

function describe(job: { status: Parameters<typeof isTerminal>[0]; reason: string; detail: string }): string {
  return `${job.status}, ${job.reason}: ${job.detail}`;
}

/** A recipe that only notes the time, and the way to read it. */
export function stampingRecipe(bench: Bench): { command: string; readMs(id: string): number } {
  const folder = join(bench.folder, 'stamps');
  mkdirSync(folder, { recursive: true, mode: 0o777 });
  return {
    command: `date +%s%N > '${folder}/'"$CRAFTING_JOB_ID"`,
    readMs: (id) => stampToMs(readFileSync(join(folder, id), 'utf8')),
  };
}
