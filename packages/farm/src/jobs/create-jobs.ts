import { createHash } from 'node:crypto';
import type { CreatedJobs, JobBody, QueuedJob } from '@crafting-table/contracts/job';
import type { Database } from '@crafting-table/database/connect';
import type { Undelivered } from '@crafting-table/database/jobs/dispatch-queries';
import { insertJobs, insertJobsOnce, type NewJob } from '@crafting-table/database/jobs/insert-jobs';
import { findProject, type ProjectRow } from '@crafting-table/database/projects';
import { visibleTo, type Caller } from '../caller.ts';
import { isRefusal, refuse, type Refusal } from '../refusal.ts';
import type { Dispatcher } from './dispatch-jobs.ts';
import { planJobs } from './plan-jobs.ts';

export type CreateJobs = {
  caller: Caller;
  project: string;
  body: JobBody;
  idempotencyKey: string | null;
  defaultTimeoutSecs: number;
  /** W3C trace context of what asks for the jobs. */
  traceparent?: string;
};

/** Queues one job, or several, and hands them to the dispatcher. The answer does not wait for the queue. */
export async function createJobs(
  db: Database,
  dispatcher: Dispatcher,
  { caller, project: name, body, idempotencyKey, defaultTimeoutSecs, traceparent }: CreateJobs,
): Promise<CreatedJobs | Refusal> {
  const project = await findProject(db, name, visibleTo(caller));
  if (!project) return refuse('not_found');
  const planned = planJobs(project, body, defaultTimeoutSecs);
  if (isRefusal(planned)) return planned;
  const jobs = planned.map((job) => ({ ...job, traceparent: traceparent ?? null }));
  const response = answer(jobs, body, project);
  const inserted = await insert(db, jobs, caller, idempotencyKey, { name, body, response });
  if (isRefusal(inserted)) return inserted;
  if ('repeated' in inserted) return inserted.repeated;
  dispatcher.dispatch(inserted.turns, jobs[0]!.ref, project);
  return response;
}

type Inserted = { turns: Undelivered[] } | { repeated: CreatedJobs };

async function insert(
  db: Database,
  jobs: NewJob[],
  caller: Caller,
  key: string | null,
  request: { name: string; body: JobBody; response: CreatedJobs },
): Promise<Inserted | Refusal> {
  if (key === null) {
    const turns = await insertJobs(db, jobs);
    return turns ? { turns } : refuse('not_found');
  }
  const requestHash = createHash('sha256')
    .update(JSON.stringify([request.name, request.body]))
    .digest();
  const once = await insertJobsOnce(db, jobs, {
    owner: caller.name,
    key,
    requestHash,
    response: request.response,
  });
  switch (once.outcome) {
    case 'inserted':
      return { turns: once.turns };
    case 'repeated':
      return { repeated: once.response as CreatedJobs }; // Stored by an earlier call of this function.
    case 'conflict':
      return refuse('idempotency_conflict');
    case 'project_gone':
      return refuse('not_found');
  }
}

function answer(jobs: NewJob[], body: JobBody, project: ProjectRow): CreatedJobs {
  const queued = jobs.map((job): QueuedJob => ({
    job_id: job.id,
    status: 'queued',
    recipe: job.recipe,
    subproject: job.subproject,
  }));
  const askedForMany =
    body.recipe === 'all' || (body.subproject === undefined && project.subprojects.length > 1);
  return askedForMany ? { jobs: queued } : queued[0]!;
}
