// What tests ask of a farm again and again, in terms of its HTTP API.
import type { Client } from '@crafting-table/client/create-client';
import type { BodyInputOf } from '@crafting-table/contracts/routes';
import type { Job, JobDetail, QueuedJob } from '@crafting-table/contracts/job';
import { isTerminal } from '@crafting-table/contracts/words';
import { until } from './until.ts';

export type ProjectInput = BodyInputOf<'registerProject'>;
export type SubprojectInput = ProjectInput['subprojects'][number];
export type JobInput = BodyInputOf<'createJob'>;

const END_MS = 45_000;

/** Registers a project with one subproject at the root of the repository. */
export async function register(
  client: Client,
  name: string,
  gitUrl: string,
  subproject: Partial<SubprojectInput>,
): Promise<void> {
  await client.call('registerProject', { body: projectBody(name, gitUrl, subproject) });
}

export function projectBody(
  name: string,
  gitUrl: string,
  subproject: Partial<SubprojectInput>,
): ProjectInput {
  return { name, git_url: gitUrl, subprojects: [{ path: '.', language: 'shell', ...subproject }] };
}

/** Queues the one job that the body asks for and gives back its id. */
export async function queueJob(
  client: Client,
  project: string,
  body: Partial<JobInput> = {},
): Promise<string> {
  const [job, ...more] = await queueJobs(client, project, body);
  if (job === undefined || more.length > 0) throw new Error(`One job was expected, not ${more.length + 1}`);
  return job.job_id;
}

export async function queueJobs(
  client: Client,
  project: string,
  body: Partial<JobInput>,
): Promise<QueuedJob[]> {
  const created = await client.call('createJob', {
    params: { name: project },
    body: { recipe: 'test', ...body },
  });
  return 'jobs' in created ? created.jobs : [created];
}

export async function getJob(client: Client, id: string): Promise<JobDetail> {
  return client.call('getJob', { params: { id } });
}

/** The job in a state that never changes again by itself. */
export async function ended(client: Client, id: string, withinMs = END_MS): Promise<JobDetail> {
  return until(
    `job ${id} ends`,
    async () => {
      const detail = await getJob(client, id);
      return isTerminal(detail.job.status) && detail;
    },
    withinMs,
  );
}

export async function reaches(client: Client, id: string, status: Job['status']): Promise<Job> {
  return until(`job ${id} is ${status}`, async () => {
    const { job } = await getJob(client, id);
    return job.status === status && job;
  });
}

/** Resolves once the log of the newest attempt holds the text. */
export async function logSays(client: Client, id: string, text: string): Promise<void> {
  await until(`the log of job ${id} says "${text}"`, async () => (await client.readLog(id)).includes(text));
}

export async function cancel(client: Client, id: string): Promise<Job> {
  return (await client.call('cancelJob', { params: { id } })).job;
}
