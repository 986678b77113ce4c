import { createHash } from 'node:crypto';
import type { CreatedJobs, JobBody, QueuedJob, RecipeSnapshot } from '@crafting-table/contracts/job';
import type { Subproject } from '@crafting-table/contracts/project';
import { RECIPES, type Recipe } from '@crafting-table/contracts/words';
import type { Database } from '@crafting-table/database/connect';
import type { Undelivered } from '@crafting-table/database/jobs/dispatch-queries';
import { insertJobs, insertJobsOnce, type NewJob } from '@crafting-table/database/jobs/insert-jobs';
import { findProject, type ProjectRow } from '@crafting-table/database/projects';
import { visibleTo, type Caller } from '../caller.ts';
import { newId } from '../new-id.ts';
import { isRefusal, refuse, type Refusal } from '../refusal.ts';
import type { Dispatcher } from './dispatch-jobs.ts';

export type CreateJobs = {
  caller: Caller;
  project: string;
  body: JobBody;
  idempotencyKey: string | null;
  defaultTimeoutSecs: number;
};

/** Queues one job, or several, and hands them to the dispatcher. The answer does not wait for the queue. */
export async function createJobs(
  db: Database,
  dispatcher: Dispatcher,
  { caller, project: name, body, idempotencyKey, defaultTimeoutSecs }: CreateJobs,
): Promise<CreatedJobs | Refusal> {
  const project = await findProject(db, name, visibleTo(caller));
  if (!project) return refuse('not_found');
  const wishes = chooseRecipes(project, body);
  if (isRefusal(wishes)) return wishes;
  const jobs = wishes.map((wish) => newJob(project, body, wish, defaultTimeoutSecs));
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

type Wish = { subproject: Subproject; recipe: Recipe };

function chooseRecipes(project: ProjectRow, body: JobBody): Wish[] | Refusal {
  const subprojects =
    body.subproject === undefined
      ? project.subprojects
      : project.subprojects.filter((each) => each.path === body.subproject);
  if (subprojects.length === 0) {
    const known = project.subprojects.map((each) => each.path).join(', ');
    return refuse(
      'subproject_unknown',
      `The project has no subproject ${body.subproject}; it has: ${known}.`,
    );
  }
  const recipes = body.recipe === 'all' ? RECIPES : [body.recipe];
  const wishes = subprojects.flatMap((subproject) =>
    recipes.filter((recipe) => subproject[recipe] !== undefined).map((recipe) => ({ subproject, recipe })),
  );
  if (wishes.length > 0) return wishes;
  const where =
    body.subproject === undefined ? 'No subproject declares' : `${body.subproject} does not declare`;
  return refuse(
    'recipe_not_declared',
    `${where} ${body.recipe === 'all' ? 'any recipe' : `a ${body.recipe} recipe`}.`,
  );
}

function newJob(
  project: ProjectRow,
  body: JobBody,
  { subproject, recipe }: Wish,
  defaultTimeoutSecs: number,
): NewJob {
  const snapshot: RecipeSnapshot = {
    command: subproject[recipe]!, // chooseRecipes kept the declared ones only.
    language: subproject.language,
    timeout_secs: body.timeout_secs ?? subproject.timeout_secs ?? defaultTimeoutSecs,
    ...(subproject.no_output_secs !== undefined && { no_output_secs: subproject.no_output_secs }),
    retry_on: subproject.retry_on ?? [],
    env: subproject.env ?? {},
    gates: (subproject.gates ?? []).filter(({ recipes }) => recipes?.includes(recipe) ?? true),
    ...(subproject.tools?.[recipe] && { tools: subproject.tools[recipe] }),
    ...(subproject.problem_matchers?.[recipe] && { problem_matchers: subproject.problem_matchers[recipe] }),
    ...(subproject.hooks !== undefined && { hooks: subproject.hooks }),
  };
  return {
    id: newId(),
    project_id: project.id,
    owner: project.owner,
    recipe,
    subproject: subproject.path,
    ref: body.sha ? null : (body.ref ?? project.default_branch),
    sha: body.sha ?? null,
    recipe_snapshot: snapshot,
    priority: body.priority,
  };
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
