// The first minute of a new farm: a small project in many languages is registered, the recipes of two subprojects run, and
// their results are shown. One of the tests is red on purpose. Whatever goes wrong here is told and leaves the farm alone.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@crafting-table/client/create-client';
import type { Client } from '@crafting-table/client/create-client';
import type { JobDetail, QueuedJob } from '@crafting-table/contracts/job';
import { isTerminal } from '@crafting-table/contracts/words';
import { findMissingToolchains } from '@crafting-table/dev-services/toolchains';
import { BUILT_FIRST, DEMO_SUBPROJECTS, demoProject } from './demo-project.ts';
import { makeDemoRepository } from './make-demo-repository.ts';
import { tellOthers } from './tell-others.ts';
import { describeResult, nextSteps, summarise } from './tell-results.ts';

export type DemoOptions = {
  baseUrl: string;
  bearerFile: string;
  /** Where the repository is made. */
  folder: string;
  /** Of the workers, for a look at the toolchains that they will find. */
  environment: NodeJS.ProcessEnv;
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
    const jobs: QueuedJob[] = [];
    for (const path of BUILT_FIRST) jobs.push(...(await queueAll(client, path, signal)));
    const [results, missing] = await Promise.all([
      follow(jobs, client, print, signal),
      findMissingToolchains(
        DEMO_SUBPROJECTS.flatMap(({ needs }) => needs),
        withRecipePath(options.environment),
      ),
    ]);
    [...summarise(results), ...tellOthers(missing), ...nextSteps(options, results)].forEach(print);
  } catch (fault) {
    if (options.signal.aborted) return; // The farm stops, so nobody waits for the demo.
    print(
      `demo: given up, the farm itself is fine: ${fault instanceof Error ? fault.message : String(fault)}`,
    );
  }
}

/** Recipes may have a PATH of their own. */
function withRecipePath(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...environment, PATH: environment['CRAFTING_RECIPE_PATH'] || environment['PATH'] };
}

async function queueAll(client: Client, subproject: string, signal: AbortSignal): Promise<QueuedJob[]> {
  const body = { recipe: 'all' as const, subproject };
  const created = await client.call('createJob', { params: { name: 'demo' }, body, signal });
  return 'jobs' in created ? created.jobs : [created];
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
