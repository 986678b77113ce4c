// The first minute of a new farm: a small project is registered, its recipes run, and their results are shown. One of
// its tests is red on purpose. Whatever goes wrong here is told and leaves the farm alone.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@crafting-table/client/create-client';
import type { Client } from '@crafting-table/client/create-client';
import type { JobDetail, QueuedJob } from '@crafting-table/contracts/job';
import { isTerminal } from '@crafting-table/contracts/words';
import { demoProject } from './demo-project.ts';
import { makeDemoRepository } from './make-demo-repository.ts';
import { describeResult, nextSteps, summarise } from './tell-results.ts';

export type DemoOptions = {
  baseUrl: string;
  bearerFile: string;
  /** Where the repository is made. */
  folder: string;
  print: (line: string) => void;
  signal: AbortSignal;
};

const DEMO_MS = 5 * 60_000;
const POLL_MS = 250;

/** Does nothing on a farm that has projects. Never rejects. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { print } = options;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(DEMO_MS)]);
  try {
    const bearer = (await readFile(options.bearerFile, 'utf8')).trim();
    const client = createClient({ baseUrl: options.baseUrl, bearer });
    if ((await client.call('listProjects', { signal })).projects.length > 0) return;
    print('demo: building a small project; one of its tests is red on purpose (--no-demo leaves this out)');
    await makeDemoRepository(options.folder, signal);
    const project = demoProject(options.folder);
    await client.call('registerProject', { body: project, signal });
    const params = { name: project.name };
    const created = await client.call('createJob', { params, body: { recipe: 'all' }, signal });
    const jobs = 'jobs' in created ? created.jobs : [created];
    const results = await follow(jobs, client, print, signal);
    [...summarise(results), ...nextSteps(options, results)].forEach(print);
  } catch (fault) {
    if (options.signal.aborted) return; // The farm stops, so nobody waits for the demo.
    print(
      `demo: given up, the farm itself is fine: ${fault instanceof Error ? fault.message : String(fault)}`,
    );
  }
}

async function follow(
  jobs: readonly QueuedJob[],
  client: Client,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<JobDetail[]> {
  const details = new Map<string, JobDetail>();
  for (;;) {
    for (const { job_id: id } of jobs) {
      const before = details.get(id)?.job.status;
      if (before && isTerminal(before)) continue;
      const detail = await client.call('getJob', { params: { id }, signal });
      details.set(id, detail);
      if (detail.job.status !== before) describeResult(detail).forEach(print);
    }
    const results = [...details.values()];
    if (results.every(({ job }) => isTerminal(job.status))) return results;
    await sleep(POLL_MS, undefined, { signal });
  }
}
